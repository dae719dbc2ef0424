"""Keep projects_candidate true to what it is made of, whoever writes it: skills shown, preferences, suspensions."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION projects_candidates_of(wanted bigint[])
RETURNS TABLE (student_id bigint, tokens integer[], may_be_told boolean, is_newcomer boolean)
LANGUAGE sql STABLE AS $$
    SELECT s.id, held.tokens,
           s.wants_match_notices AND s.availability <> 'busy' AND u.is_active AND u.suspended_at IS NULL,
           held.is_newcomer
    FROM accounts_student s JOIN accounts_user u ON u.id = s.user_id
    CROSS JOIN LATERAL (
        SELECT array_agg((k.skill_id * 8 + step.level)::integer ORDER BY k.skill_id, step.level) AS tokens,
               NOT bool_or(k.strength = 3) AS is_newcomer
        FROM skills_studentskill k CROSS JOIN LATERAL generate_series(1, k.level) step (level)
        WHERE k.student_id = s.id
    ) held
    WHERE s.id = ANY (wanted) AND held.tokens IS NOT NULL
$$;

-- The student's row is locked first: of two changes at once, the second sees what the first wrote.
CREATE FUNCTION projects_refresh_candidates(wanted bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM accounts_student WHERE id = ANY (wanted) ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM projects_candidate c WHERE c.student_id = ANY (wanted)
        AND NOT EXISTS (SELECT 1 FROM skills_studentskill k WHERE k.student_id = c.student_id);
    INSERT INTO projects_candidate AS c (student_id, tokens, may_be_told, is_newcomer)
    SELECT * FROM projects_candidates_of(wanted)
    ON CONFLICT (student_id) DO UPDATE SET tokens = excluded.tokens, may_be_told = excluded.may_be_told,
        is_newcomer = excluded.is_newcomer
    WHERE (c.tokens, c.may_be_told, c.is_newcomer)
        IS DISTINCT FROM (excluded.tokens, excluded.may_be_told, excluded.is_newcomer);
END $$;

CREATE FUNCTION projects_candidate_of_skill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.student_id <> NEW.student_id THEN
        PERFORM projects_refresh_candidates(ARRAY[OLD.student_id, NEW.student_id]);
    ELSE
        PERFORM projects_refresh_candidates(ARRAY[CASE TG_OP WHEN 'DELETE' THEN OLD.student_id ELSE NEW.student_id END]);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER student_skill_candidate AFTER INSERT OR UPDATE OR DELETE ON skills_studentskill
    FOR EACH ROW EXECUTE FUNCTION projects_candidate_of_skill();

CREATE FUNCTION projects_candidate_of_student() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM projects_refresh_candidates(ARRAY[NEW.id]);
    RETURN NULL;
END $$;
CREATE TRIGGER student_candidate AFTER UPDATE OF wants_match_notices, availability, user_id ON accounts_student
    FOR EACH ROW WHEN ((OLD.wants_match_notices, OLD.availability, OLD.user_id)
        IS DISTINCT FROM (NEW.wants_match_notices, NEW.availability, NEW.user_id))
    EXECUTE FUNCTION projects_candidate_of_student();

CREATE FUNCTION projects_candidate_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM projects_refresh_candidates(ARRAY(SELECT id FROM accounts_student WHERE user_id = NEW.id));
    RETURN NULL;
END $$;
CREATE TRIGGER user_candidate AFTER UPDATE OF is_active, suspended_at ON accounts_user
    FOR EACH ROW WHEN ((OLD.is_active, OLD.suspended_at) IS DISTINCT FROM (NEW.is_active, NEW.suspended_at))
    EXECUTE FUNCTION projects_candidate_of_user();

SELECT projects_refresh_candidates(ARRAY(SELECT id FROM accounts_student));
"""

UNDO = """
DROP TRIGGER user_candidate ON accounts_user;
DROP TRIGGER student_candidate ON accounts_student;
DROP TRIGGER student_skill_candidate ON skills_studentskill;
DROP FUNCTION projects_candidate_of_user();
DROP FUNCTION projects_candidate_of_student();
DROP FUNCTION projects_candidate_of_skill();
DROP FUNCTION projects_refresh_candidates(bigint[]);
DROP FUNCTION projects_candidates_of(bigint[]);
"""

STUDENT = models.OneToOneField(
    on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="candidate", serialize=False,
    to="accounts.student",
)  # fmt: skip
SKILL = models.OneToOneField(
    on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="+", serialize=False, to="skills.skill"
)
TOLD = models.Q(("may_be_told", True))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_blocks"), ("projects", "0005_rubric"), ("skills", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Candidate",
            fields=[
                ("student", STUDENT),
                ("tokens", django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                ("may_be_told", models.BooleanField()),
                ("is_newcomer", models.BooleanField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        condition=TOLD, fastupdate=False, fields=["tokens"], name="candidate_tokens"
                    ),
                ]
            },
        ),
        migrations.CreateModel(name="SkillCount", fields=[("skill", SKILL), ("students", models.PositiveIntegerField())]),
        migrations.AddIndex("match", models.Index(fields=["student", "matched_at"], name="match_of_student")),
        migrations.RunSQL(FORWARD, UNDO),
    ]
