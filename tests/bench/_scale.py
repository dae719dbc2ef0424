"""A database of its own with a country in it: students, skills and projects by the hundred thousand, kept for later.

Everything is drawn inside PostgreSQL with a fixed seed. Skills follow Zipf's law: the most common of 13,000 is shown by
about two students in three, half of all are shown by fewer than one in two thousand.
"""

import os
import sys
import time
from contextlib import contextmanager

import psycopg2

SKILLS = 13_000
VERSION = "2"  # of what is drawn here: another one is filled anew
ORGANIZATIONS = 2_000


@contextmanager
def scale(*, students, projects):
    """Django set up on the database of this size, which is filled if it is not there yet."""
    name = f"scale_{students}_{projects}"
    server = os.environ["DATABASE_URL"].replace("postgres://", "postgresql://", 1)
    import django

    django.setup()
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name
    if not is_filled(server, name):
        began = time.monotonic()
        create(server, name)
        fill(students, projects)
        run_alone(server, f"COMMENT ON DATABASE {name} IS 'filled {VERSION}'")
        say(f"filled in {time.monotonic() - began:.0f} s")
    yield


def say(words):
    print(words, file=sys.stderr, flush=True)


def is_filled(server, name):
    found = run_alone(server, "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", name)
    return found == [(f"filled {VERSION}",)]


def create(server, name):
    run_alone(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    run_alone(server, f"CREATE DATABASE {name}")
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)


def run_alone(server, statement, *values):
    connection = psycopg2.connect(server)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


def fill(students, projects):
    from django.db import connection

    from marketplace.skills.models import Skill
    from tests import factories

    student = factories.make_student()
    project = factories.make_project()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no triggers: what they keep is rebuilt below
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SELECT setseed(0.42)")
        skill = like(cursor, Skill.objects.first(), SKILLS, "'slug', 's' || n, 'name', 'Skill ' || n")
        group = like(cursor, project.organization, ORGANIZATIONS,
                     "'code', 'g' || n, 'slug', 'o' || n, 'name', 'Group ' || n")  # fmt: skip
        say(f"{students:,} students …")
        user = like(cursor, student.user, students, "'code', 'u' || n, 'email', n || '@scale.example'")
        person = like(cursor, student, students,
                      f"'user_id', {user} + n, 'slug', 'p' || n, 'display_name', 'Person ' || n")  # fmt: skip
        with without_indexes(cursor, "skills_studentskill"):
            cursor.execute(SHOWN, {"student": person, "count": students, "skill": skill, "skills": SKILLS})
        say(f"{projects:,} open projects …")
        first = like(cursor, project, projects,
             f"'code', 'x' || n, 'title', 'Project ' || n, 'organization_id', {group} + 1 + n %% {ORGANIZATIONS}, "
             "'matched_at', now(), 'opened_at', now() - n * interval '1 minute', "
             "'applications_close_at', now() + interval '10 days', 'decisions_due_at', now() + interval '15 days', "
             "'work_due_on', current_date + 40")  # fmt: skip
        cursor.execute(ASKED, {"project": first, "count": projects, "skill": skill, "skills": SKILLS,
                               "like": project.competencies.last().pk})  # fmt: skip
        for table in TABLES:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        cursor.execute("SET session_replication_role = origin")
    say("the rows that matching reads …")
    from django.core.management import call_command

    with connection.cursor() as cursor, without_indexes(cursor, "projects_candidate"):
        call_command("rebuild_rows", "candidates", stdout=sys.stderr)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


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


TABLES = ["accounts_organization", "accounts_student", "accounts_user", "projects_competency", "projects_project",
          "skills_skill", "skills_studentskill"]  # fmt: skip
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
