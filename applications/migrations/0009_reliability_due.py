"""An application that changes its state makes the organization's figures due (projects/reliability.py)."""

from django.db import migrations

NOTE = """
CREATE FUNCTION applications_reliability_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO projects_reliabilitydue (organization_id)
        SELECT organization_id FROM projects_project WHERE id = NEW.project_id;
    RETURN NULL;
END $$;
CREATE TRIGGER application_reliability_insert AFTER INSERT ON applications_application
    FOR EACH ROW WHEN (NEW.status <> 'draft') EXECUTE FUNCTION applications_reliability_due();
CREATE TRIGGER application_reliability_update
    AFTER UPDATE OF status, submitted_at, offered_at, decided_at, reason ON applications_application
    FOR EACH ROW WHEN ((OLD.status, OLD.submitted_at, OLD.offered_at, OLD.decided_at, OLD.reason)
        IS DISTINCT FROM (NEW.status, NEW.submitted_at, NEW.offered_at, NEW.decided_at, NEW.reason))
    EXECUTE FUNCTION applications_reliability_due();
"""
FORGET = """
DROP TRIGGER application_reliability_update ON applications_application;
DROP TRIGGER application_reliability_insert ON applications_application;
DROP FUNCTION applications_reliability_due();
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0008_ai_policy_lock"), ("projects", "0009_reliability")]

    operations = [migrations.RunSQL(NOTE, FORGET)]
