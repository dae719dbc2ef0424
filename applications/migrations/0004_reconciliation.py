from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion

SHOWN = [(0, "Not shown"), (1, "Developing"), (2, "Meets"), (3, "Exceeds")]


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0003_rubric_lock"),
        ("projects", "0004_spelling"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.PositiveSmallIntegerField(choices=SHOWN)),
                ("reason", models.CharField(max_length=300)),
                ("agreed_at", models.DateTimeField()),
                ("agreed_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("application", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="reconciliations", to="applications.application")),
                ("competency", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.competency")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("application", "competency"), name="reconciliation_once_per_competency"),
                    models.CheckConstraint(condition=models.Q(("level__gte", 0), ("level__lte", 3)), name="reconciliation_level_0_3"),
                    models.CheckConstraint(condition=models.Q(("reason__gt", "")), name="reconciliation_has_reason"),
                ],
            },
        ),
        migrations.AddField(
            model_name="score",
            name="blind_level",
            field=models.PositiveSmallIntegerField(choices=SHOWN, default=0),
            preserve_default=False,
        ),
        migrations.RunSQL("UPDATE applications_score SET blind_level = level", migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="score", name="score_level_0_3"),
        migrations.AddConstraint(
            model_name="score",
            constraint=models.CheckConstraint(
                condition=models.Q(("blind_level__gte", 0), ("blind_level__lte", 3), ("level__gte", 0), ("level__lte", 3)),
                name="score_level_0_3",
            ),
        ),
    ]
