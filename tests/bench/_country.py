"""A country drawn inside PostgreSQL with a fixed seed: people, skills, projects of five years, the last fifth open.

Skills and words follow Zipf's law. The most common of 13,000 skills is shown by about two students in three, half of
all are shown by fewer than one in two thousand. The common words of texts are those of the starter taxonomy, the rare
ones are made of syllables. Four applications wait at each open project.
"""

import csv
import re
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from marketplace.skills.models import Skill
from tests import factories

SKILLS = 13_000
ORGANIZATIONS = 2_000
FAMILIES = 20
WORDS = 30_000
CLOSED = 4  # for every open project
WAITING = 4  # applications at every open project
STARTER = Path(factories.__file__).parent.parent / "marketplace" / "skills" / "data" / "starter.csv"


def fill(students, projects, say):
    """`projects`: open ones; CLOSED times as many before them."""
    student, project = factories.make_student(), factories.make_project()
    application = factories.make_application(project=project, student=student, answers=False)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no triggers: what they keep is rebuilt below
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SELECT setseed(0.42)")
        make_texts(cursor)
        family = like(
            cursor, project.field, FAMILIES, "'slug', 'f' || n, 'name', initcap(bench_word(40 + n)) || ' work'"
        )
        skill = like(cursor, Skill.objects.first(), SKILLS,
                     "'slug', 's' || n, 'name', initcap(bench_word(n)) || ' ' || bench_word(n * 7 %% 900)")  # fmt: skip
        group = like(cursor, project.organization, ORGANIZATIONS,
                     "'code', 'g' || n, 'slug', 'o' || n, 'name', initcap(bench_word(900 + n)) || ' Ltd'")  # fmt: skip
        say(f"{students:,} students …")
        user = like(cursor, student.user, students, "'code', 'u' || n, 'email', n || '@scale.example'")
        person = like(cursor, student, students,
                      f"'user_id', {user} + n, 'slug', 'p' || n, 'display_name', 'Person ' || n")  # fmt: skip
        with without_indexes(cursor, "skills_studentskill"):
            cursor.execute(SHOWN, {"student": person, "count": students, "skill": skill, "skills": SKILLS})
        say(f"{projects * (CLOSED + 1):,} projects, {projects:,} of them open …")
        with without_indexes(cursor, "projects_project"):
            first = like(cursor, project, projects * (CLOSED + 1),
                         PROJECT.format(closed=projects * CLOSED, group=group, family=family))  # fmt: skip
        with without_indexes(cursor, "projects_competency"):
            cursor.execute(ASKED, {"project": first, "count": projects * (CLOSED + 1), "skill": skill,
                                   "skills": SKILLS, "like": project.competencies.last().pk})  # fmt: skip
        like(cursor, application, projects * WAITING,
             f"'code', 'a' || n, 'label', chr(65 + n %% {WAITING}), "
             f"'project_id', {first + projects * CLOSED} + 1 + (n - 1) / {WAITING}, "
             f"'student_id', {person} + 1 + n::bigint * 7919 %% {students}")  # fmt: skip
        for table in TABLES:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("ANALYZE")
    say("the rows that lists and matching read …")
    with (
        connection.cursor() as cursor,
        without_indexes(cursor, "projects_candidate"),
        without_indexes(cursor, "projects_listing"),
    ):
        call_command("rebuild_rows", stdout=sys.stderr)
        say("indexes …")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def make_texts(cursor):
    cursor.execute(TEXTS)
    common = common_words()
    cursor.executemany("INSERT INTO bench_words VALUES (%s, %s)", list(enumerate(common, 1)))
    cursor.execute(RARE_WORDS, [len(common) + 1, WORDS])
    cursor.execute("ANALYZE bench_words")
    cursor.execute(POOLS)
    cursor.execute("ANALYZE bench_texts")


def common_words():
    """Of the starter taxonomy, the most used first."""
    with STARTER.open(newline="") as file:
        texts = [f"{row['name']} {row['aliases']} {row['description']}" for row in csv.DictReader(file)]
    counted = Counter(re.findall(r"[a-z]{4,}", " ".join(texts).lower()))
    return [word for word, _uses in counted.most_common()]


def like(cursor, row, count, changes):
    """`count` rows like this one; `changes`: SQL of jsonb_build_object over `n`, from 1. Returns what `n` is added to
    for a key."""
    table = row._meta.db_table
    cursor.execute(f"SELECT max(id) FROM {table}")
    (last,) = cursor.fetchone()
    cursor.execute(
        f"INSERT INTO {table} SELECT made.* FROM {table} one CROSS JOIN generate_series(1, %s) n CROSS JOIN LATERAL "
        f"jsonb_populate_record(one, jsonb_build_object('id', {last} + n, {changes})) made WHERE one.id = %s",
        [count, row.pk],
    )
    return last


TABLES = ["accounts_organization", "accounts_student", "accounts_user", "applications_application",
          "projects_competency", "projects_project", "skills_skill", "skills_skillfamily",
          "skills_studentskill"]  # fmt: skip
TEXTS = """
CREATE TABLE bench_words (rank integer PRIMARY KEY, word text NOT NULL);
CREATE TABLE bench_texts (number integer PRIMARY KEY, title text, deliverable text, brief text);
CREATE FUNCTION bench_word(integer) RETURNS text LANGUAGE sql STABLE AS
    'SELECT word FROM bench_words WHERE rank = greatest($1, 1)';
CREATE FUNCTION bench_text(count integer, seed integer) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg((SELECT word FROM bench_words w WHERE w.rank = drawn.rank), ' ') FROM (
        SELECT floor(power(30000, random()))::integer AS rank FROM generate_series(1, count)
    ) drawn
$$;
"""
POOLS = """
INSERT INTO bench_texts SELECT n, bench_text(3 + n % 4, n), initcap(bench_text(6, n)), bench_text(80 + n % 50, n)
FROM generate_series(0, 29999) n
"""
RARE_WORDS = """
INSERT INTO bench_words SELECT n, string_agg(syllables[1 + n / (24 ^ place)::integer % 24], '' ORDER BY place)
FROM generate_series(%s, %s) n, generate_series(0, 3) place, (SELECT string_to_array(
    'ba de fi go lu ma ne pi ro su ta ve ko li mo na pe ri so tu va ze ga do', ' ') AS syllables) s
GROUP BY n
""".replace(" % 24", " %% 24")
# n^random() falls as 1/n: Zipf's law. Each student shows 5 to 15 skills, some drawn twice and counted once.
SHOWN = """
INSERT INTO skills_studentskill (student_id, skill_id, level, strength, shown_in, updated_at)
SELECT %(student)s + n, drawn.skill_id, 1 + floor(random() * 3), CASE WHEN n %% 10 = 0 THEN 3 ELSE 1 + n %% 2 END,
       'Churn dashboard', now()
FROM generate_series(1, %(count)s) n CROSS JOIN LATERAL (
    SELECT DISTINCT %(skill)s + floor(power(%(skills)s, random()))::int AS skill_id
    FROM generate_series(1, 5 + n %% 11)
) drawn
"""
PROJECT = """
    'code', 'x' || n, 'title', initcap(bench_word(n %% 600)) || ' ' ||
        (SELECT title FROM bench_texts WHERE number = n %% 29989),
    'brief', (SELECT brief FROM bench_texts WHERE number = n * 7 %% 29989),
    'deliverable', (SELECT deliverable FROM bench_texts WHERE number = n * 3 %% 29989),
    'organization_id', {group} + 1 + n %% 2000, 'field_id', {family} + 1 + floor(power(20, random()))::integer %% 20,
    'hours', 10 + n %% 31, 'fee_amount', (10 + n %% 31) * (2000 + 500 * (n %% 9)),
    'is_remote', n %% 5 > 0, 'place', CASE WHEN n %% 5 > 0 THEN '' ELSE 'Ghent' END, 'matched_at', now(),
    'searched_at', now(),
    'status', CASE WHEN n <= {closed} THEN 'closed' ELSE 'open' END,
    'close_reason', CASE WHEN n <= {closed} THEN 'filled' ELSE '' END,
    'opened_at', CASE WHEN n <= {closed} THEN now() - interval '90 days' - ({closed} - n) * interval '2 minutes'
        ELSE now() - ({closed} * 1.25 - n) * interval '20 days' / greatest({closed} * 0.25, 1) END,
    'closed_at', CASE WHEN n <= {closed} THEN now() - interval '60 days' - ({closed} - n) * interval '2 minutes' END,
    'applications_close_at', CASE WHEN n <= {closed} THEN now() - interval '60 days'
        ELSE now() + interval '6 days' + random() * interval '24 days' END,
    'decisions_due_at', now() + interval '35 days', 'work_due_on', current_date + 50
"""
ASKED = """
WITH drawn AS (
    SELECT n, skill_id, row_number() OVER () AS number, row_number() OVER (PARTITION BY n ORDER BY random()) AS position
    FROM generate_series(1, %(count)s) n CROSS JOIN LATERAL (
        SELECT DISTINCT %(skill)s + floor(power(%(skills)s, random()))::int AS skill_id
        FROM generate_series(1, 3 + n %% 3)
    ) asked
)
INSERT INTO projects_competency SELECT made.* FROM projects_competency one CROSS JOIN drawn
CROSS JOIN LATERAL jsonb_populate_record(one, jsonb_build_object(
    'id', one.id + 10 + drawn.number, 'project_id', %(project)s + drawn.n, 'skill_id', drawn.skill_id,
    'position', drawn.position, 'level', 1 + floor(random() * 3)
)) made
WHERE one.id = %(like)s
"""


@contextmanager
def without_indexes(cursor, table):
    """Filling first and indexing after is several times faster."""
    cursor.execute(
        "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.tablename = %s AND NOT EXISTS "
        "(SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)",
        [table],
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _name, definition in found:
        cursor.execute(definition)
