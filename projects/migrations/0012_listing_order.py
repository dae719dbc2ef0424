"""A listing knows its place in each order: tokens of the two hours, the 16 and the 128 in which it opened, of those in
which it closes, and of its pay in steps of 1.6, 13 and 172 % (all above a million minor units being one). So the first of
a list can be asked for by few tokens, and by the same index as what is in it.

What is read of thousands of rows stands before what is long, and beside it: long columns are kept elsewhere (a row of
two kilobytes and more is cut down to `toast_tuple_target`), so that a page holds thirty rows instead of four.
"""

from django.db import migrations

TABLE = """
TRUNCATE projects_listing;
ALTER TABLE projects_listing DROP COLUMN skill_ids, DROP COLUMN asked, DROP COLUMN tokens, DROP COLUMN card,
    DROP COLUMN words, DROP COLUMN document;
ALTER TABLE projects_listing ADD COLUMN skill_ids bigint[] NOT NULL, ADD COLUMN asked integer[] NOT NULL,
    ADD COLUMN tokens integer[] NOT NULL, ADD COLUMN card jsonb NOT NULL, ADD COLUMN words text NOT NULL,
    ADD COLUMN document tsvector NOT NULL;
ALTER TABLE projects_listing ALTER COLUMN skill_ids SET STORAGE MAIN, ALTER COLUMN asked SET STORAGE MAIN,
    ALTER COLUMN tokens SET STORAGE MAIN, ALTER COLUMN document SET STORAGE EXTERNAL;
CREATE INDEX listing_search ON projects_listing USING gin (document, tokens) WITH (fastupdate = off);
""" + "".join(
    f"CREATE INDEX listing_asked_{place} ON projects_listing ((asked[{place}]), opened_at DESC);\n"
    for place in range(1, 6)
)
FUNCTIONS = """
CREATE FUNCTION projects_hours_place(at timestamptz) RETURNS integer LANGUAGE sql IMMUTABLE
RETURN floor(extract(epoch FROM at) / 7200)::integer;

CREATE FUNCTION projects_pay_place(amount bigint) RETURNS integer LANGUAGE sql IMMUTABLE
RETURN floor(64 * ln(greatest(1, least(amount, 1000000))::float8))::integer;

CREATE FUNCTION projects_place_tokens(kind integer, place integer) RETURNS integer[] LANGUAGE sql IMMUTABLE
RETURN ARRAY[16 * place + kind, 16 * (place >> 3) + kind + 3, 16 * (place >> 6) + kind + 6];

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
               || setweight(to_tsvector('english', concat_ws(' ', o.name, p.deliverable)), 'C')
               || setweight(to_tsvector('english', p.brief), 'D'),
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


class Migration(migrations.Migration):
    dependencies = [("projects", "0011_saved_searches")]
    operations = [
        migrations.RunSQL(TABLE, migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(REFRESH, migrations.RunSQL.noop),
    ]
