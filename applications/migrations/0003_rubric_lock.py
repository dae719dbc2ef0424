"""How evidence is judged does not change once an application was sent. The rest of a competency is fixed before."""

from django.db import migrations

LOCK = """
CREATE FUNCTION competency_is_locked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM applications_application
             WHERE project_id = OLD.project_id AND (submitted_at IS NOT NULL OR queued_at IS NOT NULL)) THEN
    RAISE EXCEPTION 'the rubric of project % is locked: an application was sent', OLD.project_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'competency_rubric_locked';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER competency_rubric_lock BEFORE UPDATE ON projects_competency FOR EACH ROW
  WHEN ((OLD.rubric, OLD.good_evidence) IS DISTINCT FROM (NEW.rubric, NEW.good_evidence))
  EXECUTE FUNCTION competency_is_locked();
"""
UNLOCK = "DROP TRIGGER competency_rubric_lock ON projects_competency; DROP FUNCTION competency_is_locked();"


class Migration(migrations.Migration):
    dependencies = [("applications", "0002_waiting_list"), ("projects", "0005_rubric")]

    operations = [migrations.RunSQL(LOCK, UNLOCK)]
