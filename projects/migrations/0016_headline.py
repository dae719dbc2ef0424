"""Relevance is told by what stands at the head of a project: its title, competencies, field and organization. Their words
are kept in the row itself, so that ranking hundreds of projects reads no text that lies elsewhere. The deliverable
counts as the brief does: it is found, and ranks no higher.
"""

import django.contrib.postgres.search
from django.db import migrations, models

TABLE = """
TRUNCATE projects_listing;
ALTER TABLE projects_listing ADD COLUMN headline tsvector
    GENERATED ALWAYS AS (ts_filter(document, '{a,b,c}')) STORED;
ALTER TABLE projects_listing ALTER COLUMN headline SET STORAGE MAIN;
"""
FUNCTION = """
CREATE OR REPLACE FUNCTION projects_listings_of(wanted bigint[]) RETURNS TABLE (
    project_id bigint, field_id bigint, organization_id bigint, opened_at timestamptz, closes_at timestamptz,
    fee_amount bigint, hours smallint, is_remote boolean, level smallint, skill_ids bigint[], asked integer[],
    tokens integer[], document tsvector, words text, card jsonb
) LANGUAGE sql STABLE AS $$
    SELECT p.id, p.field_id, p.organization_id, p.opened_at, p.applications_close_at,
           p.fee_amount, p.hours, p.is_remote, coalesce(asked.level, 1), coalesce(asked.skill_ids, '{}'),
           coalesce(asked.asked, '{}'),
           coalesce(asked.tokens, '{}') || ARRAY[
               p.field_id * 16 + 1, p.organization_id * 16 + 2, 16 * coalesce(asked.level, 1) + 6,
               CASE WHEN p.hours <= 15 THEN 16 WHEN p.hours <= 24 THEN 32 ELSE 48 END + 3,
               CASE WHEN p.is_remote THEN 16 ELSE 32 END + 5
           ]::integer[] || projects_place_tokens(7, projects_hours_place(p.opened_at))
               || projects_place_tokens(8, projects_hours_place(p.applications_close_at))
               || projects_place_tokens(9, projects_pay_place(p.fee_amount)) || ARRAY(
               SELECT (16 * step.number + 4)::integer FROM unnest(ARRAY[300, 500, 800, 1200]) WITH ORDINALITY
                   step (least, number)
               WHERE p.fee_amount >= step.least
                   * CASE WHEN p.currency IN ('jpy', 'krw', 'vnd', 'clp') THEN 1 ELSE 100 END
               ORDER BY step.number
           ),
           setweight(to_tsvector('english', p.title), 'A')
               || setweight(to_tsvector('english', concat_ws(' ', asked.names, asked.aliases, f.name)), 'B')
               || setweight(to_tsvector('english', o.name), 'C')
               || setweight(to_tsvector('english', concat_ws(' ', p.deliverable, p.brief)), 'D'),
           lower(concat_ws(' ', p.title, asked.names, f.name, o.name)),
           jsonb_build_object(
               'code', p.code, 'title', p.title, 'organization', o.name, 'organization_id', o.id,
               'verified', o.verified_at IS NOT NULL,
               'field', f.name, 'currency', p.currency, 'due', p.work_due_on, 'places', p.places,
               'place', CASE WHEN p.is_remote THEN '' ELSE p.place END, 'skills', coalesce(asked.skills, '[]')
           )
    FROM projects_project p
    JOIN accounts_organization o ON o.id = p.organization_id
    JOIN skills_skillfamily f ON f.id = p.field_id
    LEFT JOIN LATERAL (
        SELECT max(c.level) AS level, array_agg(c.skill_id ORDER BY c.position) AS skill_ids,
               array_agg((c.skill_id * 8 + c.level)::integer ORDER BY c.position) AS asked,
               array_agg((c.skill_id * 16)::integer ORDER BY c.position) AS tokens,
               string_agg(s.name, ' ' ORDER BY c.position) AS names,
               jsonb_agg(jsonb_build_array(c.skill_id, c.level, s.name) ORDER BY c.position) AS skills,
               string_agg((SELECT string_agg(a.name, ' ' ORDER BY a.name) FROM skills_skillalias a
                           WHERE a.skill_id = s.id), ' ' ORDER BY c.position) AS aliases
        FROM projects_competency c JOIN skills_skill s ON s.id = c.skill_id WHERE c.project_id = p.id
    ) asked ON true
    WHERE p.id = ANY (wanted) AND p.status = 'open' AND o.suspended_at IS NULL
$$;

"""
REFRESH = "SELECT projects_refresh_listing(ARRAY(SELECT id FROM projects_project WHERE status = 'open'))"
HEADLINE = models.GeneratedField(
    db_persist=True,
    expression=models.Func(
        models.F("document"), models.Value("{a,b,c}"), function="ts_filter",
    ),
    output_field=django.contrib.postgres.search.SearchVectorField(),
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("projects", "0015_search_words")]
    operations = [
        migrations.RunSQL(
            TABLE, migrations.RunSQL.noop, state_operations=[migrations.AddField("listing", "headline", HEADLINE)]
        ),
        migrations.RunSQL(FUNCTION, migrations.RunSQL.noop),
        migrations.RunSQL(REFRESH, migrations.RunSQL.noop),
    ]
