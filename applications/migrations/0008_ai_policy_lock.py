"""Whether AI is allowed does not change once an application was sent, as the rubric does not."""

from django.db import migrations

LOCK = """
DROP TRIGGER competency_rubric_lock ON projects_competency;
CREATE TRIGGER competency_rubric_lock BEFORE UPDATE ON projects_competency FOR EACH ROW
  WHEN ((OLD.rubric, OLD.good_evidence, OLD.ai_policy) IS DISTINCT FROM (NEW.rubric, NEW.good_evidence, NEW.ai_policy))
  EXECUTE FUNCTION competency_is_locked();
"""
UNLOCK = """
DROP TRIGGER competency_rubric_lock ON projects_competency;
CREATE TRIGGER competency_rubric_lock BEFORE UPDATE ON projects_competency FOR EACH ROW
  WHEN ((OLD.rubric, OLD.good_evidence) IS DISTINCT FROM (NEW.rubric, NEW.good_evidence))
  EXECUTE FUNCTION competency_is_locked();
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0007_fairness_report"), ("projects", "0007_ai_policy")]

    operations = [migrations.RunSQL(LOCK, UNLOCK)]
