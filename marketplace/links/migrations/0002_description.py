from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("links", "0001_initial")]

    operations = [migrations.AddField("linkpreview", "description", models.CharField(blank=True, max_length=300))]
