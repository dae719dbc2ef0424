"""Who shows more than before hears of open projects that fit now: once each, all in one notice."""

from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from marketplace.activity.models import Event
from marketplace.notifications.models import Notification
from marketplace.skills.models import StudentSkill
from projects import for_you, matching, tasks
from projects.matching import again
from projects.models import Match, Project, Rematch
from tests import factories
from tests.engagements.test_races import together
from tests.factories import NOW
from tests.projects.factories import quick_student
from tests.rounds import rounds

pytestmark = pytest.mark.django_db
LATER = NOW + again.PAUSE


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(LATER, tick=False)


@pytest.fixture
def project(organization, owner):
    return settled(organization=organization, title="Harbour survey", skills=["SQL", "Python"])


def settled(**fields):
    """An open project that has told its students."""
    return factories.make_project(matched_at=NOW, **fields)


def show(student, name, level=3, at=NOW):
    skill = factories.make_skill(name)
    row, _new = StudentSkill.objects.update_or_create(
        student=student,
        skill=skill,
        defaults={"level": level, "strength": 1, "shown_in": "Dashboard", "updated_at": at},
    )
    return row


def notices(student):
    return list(Notification.objects.filter(recipient=student.user, kind="match.evidence").order_by("pk"))


def test_all_that_fits_now_is_one_notice(project, organization):
    other = settled(organization=organization, title="Harbour map", skills=["SQL", "Figma"])
    settled(organization=organization, title="Elsewhere", skills=["Welding", "Brazing"])
    student = quick_student()
    for name in ("SQL", "Python", "Figma"):
        show(student, name)
    tasks.sweep_evidence()
    (notice,) = notices(student)
    assert notice.title == "2 open projects fit what you have just shown"
    assert [label for label, _date in notice.facts] == ["The first closes"]
    assert "“Harbour survey”" in notice.body
    assert "“Harbour map”" in notice.body
    assert "You have shown SQL and Python." in notice.body
    assert {row.project for row in Match.objects.filter(student=student)} == {project, other}
    assert not Rematch.objects.exists()
    tasks.sweep_evidence()
    assert len(notices(student)) == 1


def test_one_project_is_named(project):
    student = quick_student()
    show(student, "SQL")
    show(student, "Python", level=2)
    tasks.sweep_evidence()
    (notice,) = notices(student)
    assert notice.title == f"“Harbour survey” fits what you have just shown: {project.fee_text}"
    assert notice.url == project.get_absolute_url()
    assert [label for label, _date in notice.facts] == ["Apply by"]
    assert matching.match_project(Project.objects.get(pk=project.pk), LATER) == []
    assert Match.objects.get().shown == [["SQL", "Advanced", "Dashboard"], ["Python", "Working", "Dashboard"]]


def test_it_waits_until_the_evidence_rests(project):
    student = quick_student()
    show(student, "SQL", at=NOW - timedelta(hours=1))
    show(student, "Python", at=NOW + timedelta(seconds=1))
    tasks.sweep_evidence()
    assert notices(student) == []
    assert again.due(LATER + timedelta(seconds=1)) == [student.pk]


def test_only_more_than_before_counts(project):
    student = quick_student()
    row = show(student, "SQL", level=2)
    Rematch.objects.all().delete()
    row.level = 1
    row.save()
    row.strength = 3
    row.save()
    assert not Rematch.objects.exists()
    row.level = 3
    row.save()
    assert Rematch.objects.get().student == student


def test_what_was_fitting_before_and_does_not_ask_for_it_is_no_news(project):
    student = quick_student()
    show(student, "SQL")
    show(student, "Python")
    Rematch.objects.all().delete()
    show(student, "Figma")
    tasks.sweep_evidence()
    assert notices(student) == []
    assert not Rematch.objects.exists()


def test_nobody_is_told_who_does_not_want_it_or_was_told(project, settings):
    pausing, told, full = quick_student(wants_match_notices=False), quick_student("Told"), quick_student("Full")
    for student in (pausing, told, full):
        show(student, "SQL")
        show(student, "Python")
    Match.objects.create(student=told, project=project, score=1, shown=[], matched_at=NOW - timedelta(days=9))
    settings.MATCH_NOTICES_PER_WEEK = 1
    other = factories.make_project(organization=project.organization, skills=["Welding", "Brazing"])
    Match.objects.create(student=full, project=other, score=1, shown=[], matched_at=NOW)
    tasks.sweep_evidence()
    assert [notices(student) for student in (pausing, told, full)] == [[], [], []]
    assert not Rematch.objects.exists()


def test_closed_and_hidden_projects_are_left_out(project, organization, owner):
    factories.make_project(organization=organization, status="closed", skills=["SQL", "Python"])
    student = quick_student()
    from projects.actions import hide

    hide(project=project, student=student, at=NOW)
    show(student, "SQL")
    show(student, "Python")
    tasks.sweep_evidence()
    assert notices(student) == []


def test_one_competency_missing_is_no_fit(organization, owner):
    """For You shows it in front as well; a notice says that it fits, and that asks for 60 % of the weight."""
    settled(organization=organization, skills=["SQL", "Welding"])
    student = quick_student()
    for _number in range(12):
        show(quick_student(), "SQL")
    show(student, "SQL")
    found = for_you.fitting(student, at=LATER)
    assert ([row.by > for_you.SCALE for row in found.rows], found.fitting) == ([True], set())
    tasks.sweep_evidence()
    assert notices(student) == []
    show(student, "Welding")
    tasks.sweep_evidence()
    assert len(notices(student)) == 1


def test_a_project_that_was_closed_meanwhile_is_no_news(project, monkeypatch):
    student = quick_student()
    show(student, "SQL")
    show(student, "Python")
    found = for_you.fitting(student, at=LATER)
    Project.objects.filter(pk=project.pk).update(status="closed")
    monkeypatch.setattr(again.for_you, "fitting", lambda *_arguments, **_options: found)
    assert again.rematch(student.pk, LATER) == []


def test_reading_what_fits_hurries_nothing_that_is_written_after_it(project):
    student = quick_student()
    show(student, "SQL")
    show(student, "Python")
    assert again.rematch(student.pk, LATER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('enable_bitmapscan')")
        assert cursor.fetchone() == ("0", "on")


def test_the_best_few_are_told_and_the_statements_do_not_grow(project, organization, django_assert_max_num_queries):
    student = quick_student()
    for _number in range(6):
        settled(organization=organization, skills=["SQL", "Python"])
    show(student, "SQL")
    show(student, "Python")
    with django_assert_max_num_queries(24):
        assert len(again.rematch(student.pk, LATER)) == again.SHOWN


def test_a_project_that_has_told_nobody_yet_tells_everybody_itself(project, organization):
    new = factories.make_project(organization=organization, skills=["SQL", "Python"], title="Harbour plan")
    student = quick_student()
    show(student, "SQL")
    show(student, "Python")
    assert [match.project for match in again.rematch(student.pk, LATER)] == [project]
    assert [match.student for match in matching.match_project(new, LATER)] == [student]


@pytest.mark.django_db(transaction=True)
def test_at_the_same_moment_as_the_opening_each_is_told_once(organization, owner, settings):
    settings.MATCH_NOTICES_PER_WEEK = 1_000
    students = [quick_student(f"S{number}") for number in range(6)]
    for _repeat in range(rounds(3, 30)):
        project = factories.make_project(organization=organization, skills=["SQL", "Python"])
        for student in students:
            show(student, "SQL")
            show(student, "Python")
            Rematch.objects.update_or_create(
                student=student, skill=factories.make_skill("SQL"), defaults={"changed_at": NOW}
            )
        together(
            lambda project=project: matching.match_project(project, LATER),
            *[lambda student=student: again.rematch(student.pk, LATER) for student in students],
        )
        assert Match.objects.filter(project=project).count() == len(students)
        assert Notification.objects.filter(url=project.get_absolute_url()).count() == len(students)


@pytest.mark.django_db(transaction=True)
def test_two_openings_are_not_more_than_enough(organization, settings, monkeypatch):
    settings.MATCH_NOTICES_PER_WEEK = 1
    students = [quick_student(f"S{number}") for number in range(4)]
    for student in students:
        show(student, "SQL")
        show(student, "Python")
    projects = [factories.make_project(organization=organization, skills=["SQL", "Python"]) for _number in range(2)]
    meet(monkeypatch, (matching, "explain"))
    told = together(*[lambda project=project: matching.match_project(project, LATER) for project in projects])
    assert sum(map(len, told)) == len(students)
    assert sorted(Match.objects.values_list("student", flat=True)) == sorted(student.pk for student in students)
    assert Notification.objects.filter(kind="match.found").count() == len(students)


@pytest.mark.django_db(transaction=True)
def test_who_is_overtaken_tells_those_who_come_next(organization, settings, monkeypatch):
    """Both choose the two who fit best; the second then tells the two who fit a little less, and not nobody."""
    settings.MATCH_NOTICES_PER_WEEK, settings.MATCH_NOTICES_PER_PLACE = 1, 2
    for number in range(4):
        student = quick_student(f"S{number}")
        show(student, "SQL", level=3 if number < 2 else 2)
        show(student, "Python")
    projects = [factories.make_project(organization=organization, skills=["SQL", "Python"]) for _number in range(2)]
    meet(monkeypatch, (matching, "explain"))
    told = together(*[lambda project=project: matching.match_project(project, LATER) for project in projects])
    assert sorted(map(len, told)) == [2, 2]
    assert Notification.objects.filter(kind="match.found").count() == 4
    assert set(Project.objects.values_list("matched_at", flat=True)) == {LATER}
    assert Event.objects.filter(verb="project.matched", data__students=2).count() == 2


@pytest.mark.django_db(transaction=True)
def test_new_evidence_and_an_opening_are_not_more_than_enough(project, organization, settings, monkeypatch):
    settings.MATCH_NOTICES_PER_WEEK = 1
    student = quick_student()
    show(student, "SQL")
    show(student, "Python")
    new = factories.make_project(organization=organization, skills=["SQL", "Python"])
    meet(monkeypatch, (matching, "explain"), (again, "settled"))
    together(lambda: matching.match_project(new, LATER), lambda: again.rematch(student.pk, LATER))
    assert Match.objects.filter(student=student).count() == 1
    assert Notification.objects.filter(recipient=student.user).count() == 1


def meet(monkeypatch, *places):
    """Two calls wait for each other before these functions: each has chosen by then, and written nothing. Later calls
    wait for nobody."""
    both, first = Barrier(2), iter(range(2))
    for module, name in places:
        go_on = getattr(module, name)

        def wait(*args, go_on=go_on):
            if next(first, None) is not None:
                both.wait(10)
            return go_on(*args)

        monkeypatch.setattr(module, name, wait)
