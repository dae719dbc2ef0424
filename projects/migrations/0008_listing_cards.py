"""A listing carries what a card prints and everything that filters ask about, so that a page of results is one statement.

`projects_listings_of` says what the rows should be; the triggers and the checker (denormalised.py) both ask it. Of two
changes at once, the later must see the earlier: a change of one project holds its row and shares lock 7311, a change of
a name that many listings repeat holds that lock alone.
"""

import django.db.models.deletion
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

FORWARD = """
ALTER TABLE projects_listing SET (toast_tuple_target = 256);

CREATE FUNCTION projects_listings_of(wanted bigint[]) RETURNS TABLE (
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
           ]::integer[] || ARRAY(
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

DROP FUNCTION projects_refresh_listing(bigint[]);
CREATE FUNCTION projects_refresh_listing(wanted bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM projects_listing WHERE project_id = ANY (wanted) AND project_id NOT IN (
        SELECT p.id FROM projects_project p JOIN accounts_organization o ON o.id = p.organization_id
        WHERE p.id = ANY (wanted) AND p.status = 'open' AND o.suspended_at IS NULL
    );
    INSERT INTO projects_listing (project_id, field_id, organization_id, opened_at, closes_at, fee_amount, hours,
        is_remote, level, skill_ids, asked, tokens, document, words, card)
    SELECT * FROM projects_listings_of(wanted)
    ON CONFLICT (project_id) DO UPDATE SET
        field_id = excluded.field_id, organization_id = excluded.organization_id, opened_at = excluded.opened_at,
        closes_at = excluded.closes_at, fee_amount = excluded.fee_amount, hours = excluded.hours,
        is_remote = excluded.is_remote, level = excluded.level, skill_ids = excluded.skill_ids,
        asked = excluded.asked, tokens = excluded.tokens, document = excluded.document, words = excluded.words,
        card = excluded.card;
END $$;

CREATE OR REPLACE FUNCTION projects_listing_of_project() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7311);
    PERFORM projects_refresh_listing(ARRAY[NEW.id]);
    RETURN NULL;
END $$;
DROP TRIGGER project_listing_update ON projects_project;
CREATE TRIGGER project_listing_update AFTER UPDATE OF status, title, brief, deliverable, field_id, hours, fee_amount,
        currency, is_remote, place, places, work_due_on, opened_at, applications_close_at, organization_id, code
    ON projects_project FOR EACH ROW
    WHEN (OLD.status = 'open' OR NEW.status = 'open') EXECUTE FUNCTION projects_listing_of_project();

CREATE OR REPLACE FUNCTION projects_listing_of_competency() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[] := CASE TG_OP WHEN 'DELETE' THEN ARRAY[OLD.project_id] WHEN 'INSERT' THEN ARRAY[NEW.project_id]
        ELSE ARRAY[OLD.project_id, NEW.project_id] END;
BEGIN
    PERFORM 1 FROM projects_project WHERE id = ANY (changed) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM projects_project WHERE id = ANY (changed) AND status = 'open') THEN
        PERFORM pg_advisory_xact_lock_shared(7311);
        PERFORM projects_refresh_listing(changed);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION projects_names_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7311);
    RETURN NULL;
END $$;
CREATE TRIGGER organization_listing_alone BEFORE UPDATE OF name, verified_at, suspended_at ON accounts_organization
    FOR EACH STATEMENT EXECUTE FUNCTION projects_names_change();
CREATE TRIGGER skill_listing_alone BEFORE UPDATE OF name ON skills_skill
    FOR EACH STATEMENT EXECUTE FUNCTION projects_names_change();
CREATE TRIGGER alias_listing_alone BEFORE INSERT OR UPDATE OR DELETE ON skills_skillalias
    FOR EACH STATEMENT EXECUTE FUNCTION projects_names_change();
CREATE TRIGGER family_listing_alone BEFORE UPDATE OF name ON skills_skillfamily
    FOR EACH STATEMENT EXECUTE FUNCTION projects_names_change();

DROP TRIGGER organization_listing ON accounts_organization;
CREATE TRIGGER organization_listing AFTER UPDATE OF name, verified_at, suspended_at ON accounts_organization
    FOR EACH ROW WHEN ((OLD.name, OLD.verified_at, OLD.suspended_at)
        IS DISTINCT FROM (NEW.name, NEW.verified_at, NEW.suspended_at))
    EXECUTE FUNCTION projects_listing_of_organization();

CREATE OR REPLACE FUNCTION projects_listing_of_skill() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed integer[];
BEGIN
    IF TG_TABLE_NAME = 'skills_skill' THEN
        changed := ARRAY[NEW.id * 16];
    ELSE
        changed := CASE TG_OP WHEN 'DELETE' THEN ARRAY[OLD.skill_id * 16] WHEN 'INSERT' THEN ARRAY[NEW.skill_id * 16]
            ELSE ARRAY[OLD.skill_id * 16, NEW.skill_id * 16] END;
    END IF;
    PERFORM projects_refresh_listing(ARRAY(SELECT project_id FROM projects_listing WHERE tokens && changed));
    RETURN NULL;
END $$;

CREATE FUNCTION projects_listing_of_family() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM projects_refresh_listing(ARRAY(
        SELECT project_id FROM projects_listing WHERE tokens @> ARRAY[(NEW.id * 16 + 1)::integer]
    ));
    RETURN NULL;
END $$;
CREATE TRIGGER family_listing AFTER UPDATE OF name ON skills_skillfamily FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION projects_listing_of_family();

SELECT projects_refresh_listing(ARRAY(SELECT id FROM projects_project WHERE status = 'open'));
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0007_ai_policy"), ("accounts", "0001_initial"), ("skills", "0001_initial")]
    operations = [
        migrations.RunSQL("DELETE FROM projects_listing", migrations.RunSQL.noop),
        migrations.AddField(
            "listing", "organization",
            models.ForeignKey("accounts.Organization", django.db.models.deletion.CASCADE, db_index=False,
                              related_name="+"),
            preserve_default=False,
        ),
        migrations.AddField("listing", "asked", ArrayField(models.IntegerField())),
        migrations.AddField("listing", "tokens", ArrayField(models.IntegerField())),
        migrations.AddField("listing", "card", models.JSONField()),
        migrations.RemoveIndex("listing", "listing_search"),
        migrations.AddIndex(
            "listing", GinIndex(fields=["document", "tokens"], name="listing_search", fastupdate=False)
        ),
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
    ]  # fmt: skip
