from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("files", "0002_previews"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("storedfile", "check_due_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("storedfile", "check_tries", models.PositiveSmallIntegerField(default=0)),
        migrations.AddIndex(
            "storedfile",
            models.Index(
                condition=models.Q(("check_due_at__isnull", False)), fields=["check_due_at"], name="file_check_due"
            ),
        ),
        migrations.AddConstraint(
            "storedfile",
            models.CheckConstraint(
                condition=models.Q(models.Q(("state", "ready"), _negated=True), ("check_due_at", None), _connector="OR"),
                name="file_ready_is_checked",
            ),
        ),
    ]
