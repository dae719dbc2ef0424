"""An engagement that changes its state makes the organization's figures due (projects/reliability.py)."""

from django.db import migrations

NOTE = """
CREATE FUNCTION engagements_reliability_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO projects_reliabilitydue (organization_id)
        SELECT p.organization_id FROM applications_application a JOIN projects_project p ON p.id = a.project_id
        WHERE a.id = NEW.application_id;
    RETURN NULL;
END $$;
CREATE TRIGGER engagement_reliability_insert AFTER INSERT ON engagements_engagement
    FOR EACH ROW EXECUTE FUNCTION engagements_reliability_due();
CREATE TRIGGER engagement_reliability_update AFTER UPDATE OF status, delivered_at, approved_at ON engagements_engagement
    FOR EACH ROW WHEN ((OLD.status, OLD.delivered_at, OLD.approved_at)
        IS DISTINCT FROM (NEW.status, NEW.delivered_at, NEW.approved_at))
    EXECUTE FUNCTION engagements_reliability_due();
"""
FORGET = """
DROP TRIGGER engagement_reliability_update ON engagements_engagement;
DROP TRIGGER engagement_reliability_insert ON engagements_engagement;
DROP FUNCTION engagements_reliability_due();
"""


class Migration(migrations.Migration):
    dependencies = [("engagements", "0004_ended_by_the_bank"), ("projects", "0009_reliability")]

    operations = [migrations.RunSQL(NOTE, FORGET)]
