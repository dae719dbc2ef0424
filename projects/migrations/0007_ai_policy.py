"""Whether AI is allowed, for each competency: chosen and locked as the rubric is (applications, 0008)."""

from django.db import migrations, models

UPDATES = """
DROP TRIGGER competency_update_lock ON projects_competency;
CREATE TRIGGER competency_update_lock BEFORE UPDATE ON projects_competency FOR EACH ROW
    WHEN (to_jsonb(OLD) - 'rubric' - 'good_evidence' - 'ai_policy'
        IS DISTINCT FROM to_jsonb(NEW) - 'rubric' - 'good_evidence' - 'ai_policy')
    EXECUTE FUNCTION projects_lock_parts();
"""
UNDO = """
DROP TRIGGER competency_update_lock ON projects_competency;
CREATE TRIGGER competency_update_lock BEFORE UPDATE ON projects_competency FOR EACH ROW
    WHEN (to_jsonb(OLD) - 'rubric' - 'good_evidence' IS DISTINCT FROM to_jsonb(NEW) - 'rubric' - 'good_evidence')
    EXECUTE FUNCTION projects_lock_parts();
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0006_candidates")]

    operations = [
        migrations.AddField(
            model_name="competency",
            name="ai_policy",
            field=models.CharField(
                choices=[
                    ("allowed", "Allowed"),
                    ("disclosed", "Allowed, when the applicant says what for"),
                    ("not_allowed", "Not for this competency"),
                ],
                default="disclosed",
                max_length=11,
            ),
        ),
        migrations.RunSQL(UPDATES, UNDO),
    ]
