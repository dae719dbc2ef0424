"""A locked row keeps off who would change it, and nobody who only writes a row that names it."""

import pytest
from django.db import OperationalError, connection, transaction

from marketplace.accounts.models import Student
from marketplace.db import lock
from projects.models import Match, Project
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other():
    """Another connection, which waits for a lock no longer than a moment."""
    copied = connection.copy()
    with copied.cursor() as cursor:
        cursor.execute("SET lock_timeout = '300ms'")
    yield copied
    copied.close()


def test_rows_that_name_a_locked_one_are_written_meanwhile(project, other):
    student = factories.make_student()
    values = [student.pk, project.pk, NOW]
    with transaction.atomic():
        for row in (project, student):
            lock(type(row), row.pk)
        with other.cursor() as cursor:
            cursor.execute(
                "INSERT INTO projects_match (student_id, project_id, matched_at, score, shown, missing)"
                " VALUES (%s, %s, %s, 1, '[]', '[]')",
                values,
            )
    assert Match.objects.filter(student=student, project=project).exists()


def test_two_who_need_each_others_row_for_a_foreign_key_do_not_wait_in_a_circle(project, other):
    """An application locks the student and names the project; a match locks the project and names the student."""
    student = factories.make_student()
    with other.cursor() as cursor, transaction.atomic():
        cursor.execute("BEGIN; SELECT 1 FROM accounts_student WHERE id = %s FOR NO KEY UPDATE", [student.pk])
        lock(Project, project.pk)
        cursor.execute(
            "INSERT INTO projects_savedproject (student_id, project_id, saved_at) VALUES (%s, %s, %s); COMMIT",
            [student.pk, project.pk, NOW],
        )
        Match.objects.create(student=student, project=project, score=1, shown=[], matched_at=NOW)


@pytest.mark.parametrize("statement", ["UPDATE accounts_student SET headline = 'x' WHERE id = %s",
                                       "SELECT 1 FROM accounts_student WHERE id = %s FOR SHARE"])  # fmt: skip
def test_who_would_change_it_or_relies_on_it_waits(statement, other):
    student = factories.make_student()
    with transaction.atomic():
        lock(Student, student.pk)
        with other.cursor() as cursor, pytest.raises(OperationalError, match="lock timeout"):
            cursor.execute(statement, [student.pk])
