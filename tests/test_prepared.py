"""Statements that are planned once, and rows that are read by them: the same answers as without."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.urls import reverse

from applications.models import Application
from marketplace import prepared
from marketplace.access import visible_sql
from marketplace.accounts.adapters import AuthenticationBackend
from marketplace.accounts.models import Student
from marketplace.db import lock
from marketplace.formatting.fragments import url
from marketplace.rows import joined
from projects.models import Project
from tests import factories

pytestmark = pytest.mark.django_db
STATEMENT = "SELECT %(words)s || '%%', %(number)s + 1, %(number)s, %(list)s::int[], %(nothing)s"
TYPES = "number int, words text, list int[], nothing timestamptz"


def ask(words, number, *, statement=STATEMENT, types=TYPES, **options):
    values = {"words": words, "number": number, "list": [1, 2], "nothing": None}
    with connection.cursor() as cursor:
        prepared.execute(cursor, statement, types, values, **options)
        return cursor.fetchone()


def prepared_here():
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, generic_plans, custom_plans FROM pg_prepared_statements WHERE name LIKE 'p_%%'")
        return {name: plans for name, *plans in cursor}


@pytest.fixture
def fresh():
    """A connection on which nothing is prepared yet."""
    deallocate()
    prepared._prepared.pop(connection.connection, None)


def test_a_statement_is_planned_once(fresh):
    assert ask("it's", 2) == ("it's%", 3, 2, [1, 2], None)
    assert ask("100 %", -5) == ("100 %%", -4, -5, [1, 2], None)
    assert list(prepared_here().values()) == [[2, 0]]  # both by the one plan


def test_other_words_are_another_statement(fresh):
    assert ask("x", 1)[1] == 2
    assert ask("x", 1, statement=STATEMENT.replace("+ 1", "+ 2"))[1] == 3
    assert len(prepared_here()) == 2


def test_what_is_set_for_it_holds_for_it(fresh):
    show = "SELECT current_setting('enable_bitmapscan')"
    with transaction.atomic():
        assert ask("", 0, statement=show, types="", local="SET LOCAL enable_bitmapscan = off; ") == ("off",)


def test_behind_a_pool_nothing_is_prepared(fresh, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    assert ask("it's", 2) == ("it's%", 3, 2, [1, 2], None)
    assert prepared_here() == {}


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_changes_a_type_costs_no_answer(fresh):
    """What is prepared would answer in the old type, which PostgreSQL refuses."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE changed AS SELECT 'x'::varchar(9) AS word")
        read = {"statement": "SELECT word FROM changed", "types": ""}
        assert ask("", 0, **read) == ("x",)
        cursor.execute("ALTER TABLE changed ALTER word TYPE text")
        for _again in range(2):
            assert ask("", 0, **read) == ("x",)
        connection.close_if_unusable_or_obsolete()
        assert connection.connection is None
    connection.ensure_connection()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_there", [False, True])
def test_a_pool_that_nobody_told_us_of_costs_one_error_at_most(is_there, fresh, monkeypatch, caplog):
    """The other server connection has not prepared it, or has for somebody else."""
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", False)
    assert ask("x", 1)[1] == 2
    if is_there:
        prepared._prepared[connection.connection].clear()
    else:
        deallocate()
    assert ask("x", 1)[1] == 2
    assert "PgBouncer" in caplog.text
    assert connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert ask("x", 1)[1] == 2
    assert len(prepared_here()) == is_there


@pytest.mark.django_db(transaction=True)
def test_in_a_transaction_that_error_is_one_and_the_next_try_goes_well(fresh, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", False)
    ask("x", 1)
    deallocate()
    with pytest.raises(OperationalError), transaction.atomic():
        ask("x", 1)
    with transaction.atomic():
        assert ask("x", 1)[1] == 2


def deallocate():
    """As if another server connection were behind this one."""
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")


def test_a_connection_keeps_so_many(fresh, monkeypatch):
    monkeypatch.setattr(prepared, "AT_MOST", 2)
    for more in (1, 2, 3, 1, 3):
        assert ask("x", 1, statement=STATEMENT.replace("+ 1", f"+ {more}"))[1] == 1 + more
    assert len(prepared_here()) == 2


def test_what_cannot_be_prepared_is_said_each_time(fresh):
    for _again in range(2):
        with pytest.raises(ProgrammingError, match="nowhere"), transaction.atomic():
            ask("x", 1, statement="SELECT 1 FROM nowhere")
    assert prepared_here() == {}
    with pytest.raises(KeyError):
        ask("x", 1, types="number int")
    with pytest.raises(KeyError):
        ask("x", 1, statement="SELECT %(other)s", types="other int")


@pytest.mark.django_db(transaction=True)
def test_another_connection_prepares_anew():
    assert ask("x", 1)[1] == 2
    connection.close()
    assert prepared_here() == {}
    assert ask("x", 1)[1] == 2
    assert len(prepared_here()) == 1


def test_a_locked_row_is_what_the_models_read(organization, student):
    project = factories.make_project(organization=organization)
    application = factories.make_application(project=project, student=student.student)
    related = ("student__user", "project__organization")
    read = lock(Application, application.pk, *related)
    expected = Application.objects.select_related(*related).get(pk=application.pk)
    with connection.execute_wrapper(refuse):
        mine, theirs = (
            [row, row.student, row.student.user, row.project, row.project.organization] for row in (read, expected)
        )
        assert [values_of(row) for row in mine] == [values_of(row) for row in theirs]
    assert not any(row._state.adding for row in mine)


def test_whoever_signs_in_is_read_with_the_student_they_may_be(student, owner, django_assert_num_queries):
    backend = AuthenticationBackend()
    with django_assert_num_queries(2):
        person, member = backend.get_user(student.pk), backend.get_user(owner.pk)
    expected = Student.objects.get(user=student)
    with connection.execute_wrapper(refuse):
        assert values_of(person.student) == values_of(expected)
        assert person.student.user is person
        assert not hasattr(member, "student")
    assert (person.is_in_organization, member.is_in_organization) == (False, True)
    student.refresh_from_db()
    assert values_of(person) == values_of(student)


def values_of(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def refuse(execute, sql, params, many, context):
    raise AssertionError(sql)


def test_where_nothing_is_pointed_to_there_is_nothing(organization):
    project = factories.make_project(organization=organization, status="draft")
    Project.objects.filter(pk=project.pk).update(field=None)
    assert lock(Project, project.pk, "field").field is None
    assert joined(Project, "field") is joined(Project, "field")


def test_a_row_that_is_not_there_cannot_be_locked():
    with pytest.raises(Project.DoesNotExist):
        lock(Project, 0)


@pytest.mark.django_db(transaction=True)
def test_a_lock_wants_a_transaction():
    with pytest.raises(TransactionManagementError):
        lock(Project, 1)


def test_in_sql_the_same_people_see_the_same(
    organization, owner, finance, other_owner, student, other_student, moderator, suspended
):
    statuses = Project.Status.values
    projects = [factories.make_project(organization=organization, status=status) for status in statuses]
    applied = factories.make_project(organization=organization, status="cancelled")
    factories.make_application(project=applied, student=other_student.student)
    hidden = factories.make_project(organization=factories.make_organization("Gone"))
    hidden.organization.suspended_at = factories.NOW
    hidden.organization.save()
    seen = {}
    for person in (AnonymousUser(), owner, finance, other_owner, student, other_student, moderator, suspended):
        for project in (*projects, applied, hidden):
            expected = list(Project.objects.visible_to(person).filter(pk=project.pk).values_list("pk"))
            with connection.cursor() as cursor:
                cursor.execute(visible_sql(Project, person), {"code": project.code, "user": person.pk})
                found = sorted(set(cursor.fetchall()))
            assert found == sorted(set(expected)), (person, project.status)
            seen.setdefault(str(person), []).append(bool(found))
    assert len({tuple(marks) for marks in seen.values()}) >= 4  # strangers, students, members and moderators differ


def test_addresses_are_put_together_as_django_does():
    assert url("skill", "sql") == reverse("skill", args=["sql"])
    assert url("moderation:report", "project", "abc") == reverse("moderation:report", args=["project", "abc"])
    assert url("landing") == reverse("landing")
