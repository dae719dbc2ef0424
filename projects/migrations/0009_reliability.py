"""An organization's figures as a row, and what notes that they are due."""

import django.db.models.deletion
from django.db import migrations, models

NOTE = """
CREATE FUNCTION projects_reliability_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO projects_reliabilitydue (organization_id) VALUES (NEW.organization_id);
    RETURN NULL;
END $$;
CREATE TRIGGER project_reliability_insert AFTER INSERT ON projects_project
    FOR EACH ROW WHEN (NEW.opened_at IS NOT NULL) EXECUTE FUNCTION projects_reliability_due();
CREATE TRIGGER project_reliability_update AFTER UPDATE OF status, opened_at ON projects_project
    FOR EACH ROW WHEN ((OLD.status, OLD.opened_at) IS DISTINCT FROM (NEW.status, NEW.opened_at))
    EXECUTE FUNCTION projects_reliability_due();
INSERT INTO projects_reliabilitydue (organization_id) SELECT id FROM accounts_organization;
"""
FORGET = """
DROP TRIGGER project_reliability_update ON projects_project;
DROP TRIGGER project_reliability_insert ON projects_project;
DROP FUNCTION projects_reliability_due();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_self_description"), ("projects", "0008_listing_cards")]

    operations = [
        migrations.CreateModel(
            name="Reliability",
            fields=[
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="reliability",
                        serialize=False, to="accounts.organization",
                    ),
                ),
                ("decision_time", models.DurationField(null=True)),
                ("answered_percent", models.PositiveSmallIntegerField(null=True)),
                ("approval_time", models.DurationField(null=True)),
                ("hire_percent", models.PositiveSmallIntegerField(null=True)),
                ("completed", models.PositiveIntegerField(default=0)),
                ("projects", models.PositiveIntegerField(default=0)),
            ],
            options={"verbose_name_plural": "reliability"},
        ),
        migrations.CreateModel(
            name="ReliabilityDue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(NOTE, FORGET),
    ]  # fmt: skip
