"""Figures are rounded, and leave out projects that are still being decided: every organization's are made anew."""

from django.db import migrations

AGAIN = "INSERT INTO projects_reliabilitydue (organization_id) SELECT id FROM accounts_organization"


class Migration(migrations.Migration):
    dependencies = [("projects", "0019_longer_searches")]

    operations = [migrations.RunSQL(AGAIN, migrations.RunSQL.noop)]
