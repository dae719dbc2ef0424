"""Keep projects_listing true to what it is made of, whoever writes it: projects, their skills, the organization."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION projects_refresh_listing(wanted bigint[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM projects_listing WHERE project_id = ANY (wanted) AND project_id NOT IN (
        SELECT p.id FROM projects_project p JOIN accounts_organization o ON o.id = p.organization_id
        WHERE p.id = ANY (wanted) AND p.status = 'open' AND o.suspended_at IS NULL
    );
    INSERT INTO projects_listing (project_id, field_id, opened_at, closes_at, fee_amount, hours, is_remote,
                                  level, skill_ids, document, words)
    SELECT p.id, p.field_id, p.opened_at, p.applications_close_at, p.fee_amount, p.hours, p.is_remote,
           coalesce(asked.level, 1), coalesce(asked.skill_ids, '{}'),
           setweight(to_tsvector('english', p.title), 'A')
               || setweight(to_tsvector('english', concat_ws(' ', asked.names, asked.aliases, f.name)), 'B')
               || setweight(to_tsvector('english', concat_ws(' ', o.name, p.deliverable)), 'C')
               || setweight(to_tsvector('english', p.brief), 'D'),
           lower(concat_ws(' ', p.title, asked.names, f.name, o.name))
    FROM projects_project p
    JOIN accounts_organization o ON o.id = p.organization_id
    JOIN skills_skillfamily f ON f.id = p.field_id
    LEFT JOIN LATERAL (
        SELECT max(c.level) AS level, array_agg(c.skill_id ORDER BY c.position) AS skill_ids,
               string_agg(s.name, ' ' ORDER BY c.position) AS names,
               string_agg((SELECT string_agg(a.name, ' ') FROM skills_skillalias a WHERE a.skill_id = s.id), ' ')
                   AS aliases
        FROM projects_competency c JOIN skills_skill s ON s.id = c.skill_id WHERE c.project_id = p.id
    ) asked ON true
    WHERE p.id = ANY (wanted) AND p.status = 'open' AND o.suspended_at IS NULL
    ON CONFLICT (project_id) DO UPDATE SET
        field_id = excluded.field_id, opened_at = excluded.opened_at, closes_at = excluded.closes_at,
        fee_amount = excluded.fee_amount, hours = excluded.hours, is_remote = excluded.is_remote,
        level = excluded.level, skill_ids = excluded.skill_ids, document = excluded.document, words = excluded.words;
$$;

CREATE FUNCTION projects_listing_of_project() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM projects_refresh_listing(ARRAY[NEW.id]);
    RETURN NULL;
END $$;
CREATE TRIGGER project_listing_insert AFTER INSERT ON projects_project FOR EACH ROW
    WHEN (NEW.status = 'open') EXECUTE FUNCTION projects_listing_of_project();
CREATE TRIGGER project_listing_update AFTER UPDATE OF status, title, brief, deliverable, field_id, hours, fee_amount,
        is_remote, opened_at, applications_close_at, organization_id ON projects_project FOR EACH ROW
    WHEN (OLD.status = 'open' OR NEW.status = 'open') EXECUTE FUNCTION projects_listing_of_project();

CREATE FUNCTION projects_listing_of_competency() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM projects_refresh_listing(ARRAY[CASE TG_OP WHEN 'DELETE' THEN OLD.project_id ELSE NEW.project_id END]);
    RETURN NULL;
END $$;
CREATE TRIGGER competency_listing AFTER INSERT OR UPDATE OR DELETE ON projects_competency
    FOR EACH ROW EXECUTE FUNCTION projects_listing_of_competency();

CREATE FUNCTION projects_listing_of_organization() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM projects_refresh_listing(ARRAY(
        SELECT id FROM projects_project WHERE organization_id = NEW.id AND status = 'open'
    ));
    RETURN NULL;
END $$;
CREATE TRIGGER organization_listing AFTER UPDATE OF name, suspended_at ON accounts_organization FOR EACH ROW
    WHEN ((OLD.name, OLD.suspended_at) IS DISTINCT FROM (NEW.name, NEW.suspended_at))
    EXECUTE FUNCTION projects_listing_of_organization();

CREATE FUNCTION projects_listing_of_skill() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint := CASE TG_TABLE_NAME WHEN 'skills_skill' THEN NEW.id END;
BEGIN
    IF TG_TABLE_NAME <> 'skills_skill' THEN
        changed := CASE TG_OP WHEN 'DELETE' THEN OLD.skill_id ELSE NEW.skill_id END;
    END IF;
    PERFORM projects_refresh_listing(ARRAY(
        SELECT project_id FROM projects_listing WHERE skill_ids @> ARRAY[changed]
    ));
    RETURN NULL;
END $$;
CREATE TRIGGER skill_listing AFTER UPDATE OF name ON skills_skill FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION projects_listing_of_skill();
CREATE TRIGGER alias_listing AFTER INSERT OR UPDATE OR DELETE ON skills_skillalias
    FOR EACH ROW EXECUTE FUNCTION projects_listing_of_skill();
"""

UNDO = """
DROP TRIGGER alias_listing ON skills_skillalias;
DROP TRIGGER skill_listing ON skills_skill;
DROP TRIGGER organization_listing ON accounts_organization;
DROP TRIGGER competency_listing ON projects_competency;
DROP TRIGGER project_listing_update ON projects_project;
DROP TRIGGER project_listing_insert ON projects_project;
DROP FUNCTION projects_listing_of_skill();
DROP FUNCTION projects_listing_of_organization();
DROP FUNCTION projects_listing_of_competency();
DROP FUNCTION projects_listing_of_project();
DROP FUNCTION projects_refresh_listing(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_rules"), ("accounts", "0001_initial"), ("skills", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, UNDO)]
