"""The rubric may be reworded while a project is open, nothing else of a competency. The first application locks it
(applications, 0003)."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

UPDATES = """
DROP TRIGGER competency_lock ON projects_competency;
CREATE TRIGGER competency_lock BEFORE INSERT OR DELETE ON projects_competency
    FOR EACH ROW EXECUTE FUNCTION projects_lock_parts();
CREATE TRIGGER competency_update_lock BEFORE UPDATE ON projects_competency FOR EACH ROW
    WHEN (to_jsonb(OLD) - 'rubric' - 'good_evidence' IS DISTINCT FROM to_jsonb(NEW) - 'rubric' - 'good_evidence')
    EXECUTE FUNCTION projects_lock_parts();
"""
UNDO = """
DROP TRIGGER competency_update_lock ON projects_competency;
DROP TRIGGER competency_lock ON projects_competency;
CREATE TRIGGER competency_lock BEFORE INSERT OR UPDATE OR DELETE ON projects_competency
    FOR EACH ROW EXECUTE FUNCTION projects_lock_parts();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0004_spelling'),
        ('skills', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Clarification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=500)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='competency',
            name='good_evidence',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='competency',
            name='rubric',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, size=None),
        ),
        migrations.AddConstraint(
            model_name='competency',
            constraint=models.CheckConstraint(condition=models.Q(('rubric', []), ('rubric__len', 4), _connector='OR'), name='competency_rubric_of_four'),
        ),
        migrations.AddField(
            model_name='clarification',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='clarification',
            name='competency',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='clarifications', to='projects.competency'),
        ),
        migrations.AddField(
            model_name='clarification',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='clarifications', to='projects.project'),
        ),
        migrations.AddConstraint(
            model_name='clarification',
            constraint=models.CheckConstraint(condition=models.Q(('text__gt', '')), name='clarification_not_empty'),
        ),
        migrations.RunSQL(UPDATES, UNDO),
    ]
