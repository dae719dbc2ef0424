"""Edit distance, for search texts with a spelling mistake."""

from django.contrib.postgres.operations import CreateExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("projects", "0003_listing")]
    operations = [CreateExtension("fuzzystrmatch")]
