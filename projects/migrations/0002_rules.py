"""What a check constraint cannot say: counts over other rows, and what may no longer change.

Counts are checked at the end of the transaction, so that rows can be replaced; the locks are checked at once.
`FOR SHARE` makes an edit and a status change of the same project wait for each other.
"""

from django.db import migrations

COUNTS = """
CREATE FUNCTION projects_check_counts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted bigint := CASE TG_TABLE_NAME WHEN 'projects_project' THEN NEW.id END;
    current_status text;
    criteria int;
    competencies int;
BEGIN
    IF TG_TABLE_NAME <> 'projects_project' THEN
        wanted := CASE TG_OP WHEN 'DELETE' THEN OLD.project_id ELSE NEW.project_id END;
    END IF;
    SELECT status INTO current_status FROM projects_project WHERE id = wanted;
    IF current_status IS NULL OR current_status IN ('draft', 'cancelled') THEN
        RETURN NULL;
    END IF;
    SELECT count(*) INTO criteria FROM projects_acceptancecriterion WHERE project_id = wanted;
    IF criteria NOT BETWEEN 3 AND 7 THEN
        RAISE EXCEPTION 'project %: % acceptance criteria, 3 to 7 are needed outside draft', wanted, criteria
            USING ERRCODE = 'check_violation', CONSTRAINT = 'project_criteria_3_7';
    END IF;
    SELECT count(*) INTO competencies FROM projects_competency WHERE project_id = wanted;
    IF competencies NOT BETWEEN 2 AND 5 THEN
        RAISE EXCEPTION 'project %: % competencies, 2 to 5 are needed outside draft', wanted, competencies
            USING ERRCODE = 'check_violation', CONSTRAINT = 'project_competencies_2_5';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER project_counts AFTER INSERT OR UPDATE OF status ON projects_project
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION projects_check_counts();
CREATE CONSTRAINT TRIGGER criterion_counts AFTER INSERT OR UPDATE OR DELETE ON projects_acceptancecriterion
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION projects_check_counts();
CREATE CONSTRAINT TRIGGER competency_counts AFTER INSERT OR UPDATE OR DELETE ON projects_competency
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION projects_check_counts();
"""

PARTS_LOCK = """
CREATE FUNCTION projects_lock_parts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    parent record;
BEGIN
    FOR parent IN
        SELECT id, status FROM projects_project WHERE id IN (OLD.project_id, NEW.project_id) ORDER BY id FOR SHARE
    LOOP
        IF parent.status NOT IN ('draft', 'in_review') THEN
            RAISE EXCEPTION 'project % is published: its acceptance criteria and competencies are fixed', parent.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'project_parts_locked';
        END IF;
    END LOOP;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER criterion_lock BEFORE INSERT OR UPDATE OR DELETE ON projects_acceptancecriterion
    FOR EACH ROW EXECUTE FUNCTION projects_lock_parts();
CREATE TRIGGER competency_lock BEFORE INSERT OR UPDATE OR DELETE ON projects_competency
    FOR EACH ROW EXECUTE FUNCTION projects_lock_parts();
"""

TERMS_LOCK = """
CREATE FUNCTION projects_lock_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'project % is published: its terms are fixed', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'project_terms_locked';
END $$;

CREATE TRIGGER project_terms_lock BEFORE UPDATE ON projects_project FOR EACH ROW
    WHEN (OLD.status NOT IN ('draft', 'in_review') AND (
        OLD.organization_id, OLD.title, OLD.field_id, OLD.brief, OLD.deliverable, OLD.hours, OLD.fee_amount,
        OLD.currency, OLD.hourly_floor, OLD.service_fee_bps, OLD.places, OLD.is_remote, OLD.place,
        OLD.portfolio_permission, OLD.portfolio_from
    ) IS DISTINCT FROM (
        NEW.organization_id, NEW.title, NEW.field_id, NEW.brief, NEW.deliverable, NEW.hours, NEW.fee_amount,
        NEW.currency, NEW.hourly_floor, NEW.service_fee_bps, NEW.places, NEW.is_remote, NEW.place,
        NEW.portfolio_permission, NEW.portfolio_from
    )) EXECUTE FUNCTION projects_lock_terms();
"""

UNDO = """
DROP TRIGGER project_counts ON projects_project;
DROP TRIGGER project_terms_lock ON projects_project;
DROP TRIGGER criterion_counts ON projects_acceptancecriterion;
DROP TRIGGER criterion_lock ON projects_acceptancecriterion;
DROP TRIGGER competency_counts ON projects_competency;
DROP TRIGGER competency_lock ON projects_competency;
DROP FUNCTION projects_check_counts();
DROP FUNCTION projects_lock_parts();
DROP FUNCTION projects_lock_terms();
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial")]
    operations = [migrations.RunSQL(COUNTS + PARTS_LOCK + TERMS_LOCK, UNDO)]
