"""Matching against a brute force in plain Python, its gates one by one, and that it repeats nothing."""

import math
import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.accounts.models import Membership, Student
from marketplace.notifications.models import Notification
from marketplace.skills.models import StudentSkill
from projects import matching, tasks
from projects.models import Competency, Match, Project
from projects.reasons import at_the_level, reason_in_words
from tests import factories
from tests.factories import NOW
from tests.projects.factories import quick_student

pytestmark = pytest.mark.django_db
FACTOR = {1: 0.6, 2: 0.85, 3: 1.0}


def brute_force(project):
    """{student id: score} of everybody above the gate, straight from the definition in DISCOVERY."""
    asked = {row.skill_id: row.level for row in project.competencies.all()}
    everybody = Student.objects.count()
    weight = {
        skill: math.log(1 + everybody / (1 + StudentSkill.objects.filter(skill=skill).count())) for skill in asked
    }
    total, found = sum(weight.values()), {}
    for student in Student.objects.select_related("user"):
        known = {row.skill_id: row for row in student.skills.all()}
        covered = points = 0.0
        for skill, level in asked.items():
            row = known.get(skill)
            if row is None or row.level < level - 1:
                continue
            covered += weight[skill] if row.level >= level else 0
            points += weight[skill] * (1 if row.level >= level else 0.5) * FACTOR[row.strength]
        if covered / total >= 0.6 and is_eligible(student, project):
            found[student.pk] = round(points / total, 6)
    return found


def is_eligible(student, project):
    member = Membership.objects.filter(user=student.user, organization=project.organization).exists()
    applied = student.applications.filter(project=project).exists()
    person = student.user.is_active and student.user.suspended_at is None
    return student.wants_match_notices and student.availability != "busy" and person and not member and not applied


def a_crowd(seed, size=40):
    """Students with random skills, some of them not to be told."""
    chance = random.Random(seed)
    skills = [factories.make_skill(f"Skill {number}") for number in range(7)]
    for number in range(size):
        student = quick_student(
            f"Student {number}", wants_match_notices=chance.random() > 0.15,
            availability=chance.choice(["now", "now", "later", "busy"]),
            person={"suspended_at": NOW if chance.random() < 0.1 else None, "is_active": chance.random() > 0.05},
        )  # fmt: skip
        for skill in chance.sample(skills, chance.randint(0, 6)):
            factories.make_student_skill(student, skill, level=chance.randint(1, 3), strength=chance.randint(1, 3))
    return chance, skills


@pytest.mark.parametrize("seed", range(6))
def test_the_ranking_is_exactly_the_brute_force(seed, organization, owner):
    chance, skills = a_crowd(seed)
    project = factories.make_project(
        organization=organization, skills=chance.sample(skills, chance.randint(2, 5)), places=5
    )
    factories.make_application(project=project, student=Student.objects.order_by("?").first(), answers=False)
    expected = brute_force(project)
    ranked = matching.rank_students(project, NOW)
    assert dict(ranked) == pytest.approx(expected, abs=2e-6)
    assert [score for _pk, score in ranked] == sorted((score for _pk, score in ranked), reverse=True)


def test_the_cap_is_eight_a_place_and_the_best_are_told(organization, owner, settings):
    settings.MATCH_NOTICES_PER_PLACE = 3
    students = [quick_student(f"S{number}") for number in range(8)]
    for number, student in enumerate(students):
        factories.make_student_skill(student, "SQL", strength=2 if number < 5 else 1)
        factories.make_student_skill(student, "Data cleaning", strength=2 if number < 5 else 1)
    project = factories.make_project(organization=organization, places=2)
    matches = matching.match_project(project, NOW)
    told = {match.student_id for match in matches}
    assert len(told) == 6
    assert {student.pk for student in students[:5]} <= told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda student: None, True),
        (lambda student: setattr(student, "wants_match_notices", False), False),
        (lambda student: setattr(student, "availability", "busy"), False),
        (lambda student: setattr(student, "availability", "later"), True),
        (lambda student: setattr(student.user, "suspended_at", NOW), False),
        (lambda student: setattr(student.user, "is_active", False), False),
    ],
)
def test_who_is_told(change, told, organization, owner):
    student = quick_student()
    for skill in ("SQL", "Data cleaning"):
        factories.make_student_skill(student, skill)
    change(student)
    student.user.save()
    student.save()
    project = factories.make_project(organization=organization)
    assert bool(matching.match_project(project, NOW)) == told
    assert Notification.objects.filter(recipient=student.user).exists() == told


def test_members_of_the_organization_are_not_told(organization, owner):
    student = factories.make_student("Olive Owner", user=owner)
    for skill in ("SQL", "Data cleaning"):
        factories.make_student_skill(student, skill)
    assert matching.match_project(factories.make_project(organization=organization), NOW) == []


@pytest.mark.parametrize(("levels", "told"), [((2, 2), True), ((3, 3), True), ((1, 1), False), ((2, 0), False)])
def test_the_gate_is_the_level_asked_for(levels, told, organization, owner):
    student = quick_student()
    for skill, level in zip(("SQL", "Data cleaning"), levels, strict=True):
        if level:
            factories.make_student_skill(student, skill, level=level)
    project = factories.make_project(organization=organization)
    assert bool(matching.match_project(project, NOW)) == told


def test_the_reason_is_in_words_and_kept(organization, owner):
    student = quick_student()
    factories.make_student_skill(student, "SQL", shown_in="Churn dashboard", strength=3)
    factories.make_student_skill(student, "Python", shown_in="Scraper")
    project = factories.make_project(
        organization=organization, skills=["SQL", "Python", "Tableau"], title="Churn study"
    )
    for _ in range(3):  # SQL and Python are rarer than Tableau, so they carry the weight
        factories.make_student_skill(quick_student(), "Tableau")
    matching.match_project(project, NOW)
    match = Match.objects.get(student=student)
    assert match.shown == [["SQL", "Working", "Churn dashboard"], ["Python", "Working", "Scraper"]]
    assert match.missing == ["Tableau"]
    notice = Notification.objects.get(recipient=student.user)
    assert notice.reason == "You have shown 2 of 3: SQL and Python. Missing: Tableau."
    assert notice.title == "Acme Analytics: $480 for “Churn study”"
    assert notice.body.startswith("$480 fixed for about 16 hours. Apply by Thu 12 Mar, 15:00 UTC.")
    assert (notice.kind, notice.key, notice.url) == ("match.found", f"match:{project.code}", project.get_absolute_url())


@pytest.mark.parametrize(
    ("shown", "missing", "words"),
    [
        (["SQL"], [], "You have shown SQL."),
        (["SQL", "Python"], [], "You have shown SQL and Python."),
        (
            ["R"], [at_the_level("SQL", 3, 2)],
            "You have shown 1 of 2: R. Missing: SQL at Advanced level (you have shown Working).",
        ),
        (["SQL", "Python", "R"], ["Figma"], "You have shown 3 of 4: SQL, Python and R. Missing: Figma."),
    ],
)  # fmt: skip
def test_reason_in_words(shown, missing, words):
    assert reason_in_words([[name, "Working", ""] for name in shown], missing) == words


def test_running_again_changes_nothing(organization, owner):
    student = quick_student()
    for skill in ("SQL", "Data cleaning"):
        factories.make_student_skill(student, skill)
    project = factories.make_project(organization=organization)
    assert len(matching.match_project(project, NOW)) == 1
    assert Project.objects.get().matched_at == NOW
    assert matching.match_project(project, NOW + timedelta(hours=1)) == []
    Project.objects.update(matched_at=None)  # reopened
    assert matching.match_project(project, NOW + timedelta(hours=2)) == []
    assert (Match.objects.count(), Notification.objects.filter(kind="match.found").count()) == (1, 1)


@pytest.mark.parametrize("status", ["draft", "in_review", "closed", "cancelled", "removed"])
def test_only_an_open_project_is_matched(status, organization, owner):
    student = quick_student()
    for skill in ("SQL", "Data cleaning"):
        factories.make_student_skill(student, skill)
    project = factories.make_project(status=status, organization=organization)
    assert matching.match_project(project, NOW) == []
    assert (Project.objects.get().matched_at, Match.objects.count(), Notification.objects.count()) == (None, 0, 0)


def test_matching_marks_and_tells_in_one_transaction(organization, owner, monkeypatch):
    """A fault after the matches were written leaves nothing behind: the sweep finds the project again."""
    student = quick_student()
    for skill in ("SQL", "Data cleaning"):
        factories.make_student_skill(student, skill)
    project = factories.make_project(organization=organization)
    monkeypatch.setattr(matching, "tell", lambda *arguments, **named: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        matching.match_project(project, NOW)
    assert (Project.objects.get().matched_at, Match.objects.count()) == (None, 0)


def test_the_sweep_finds_open_projects_nobody_was_matched_with(organization, owner, time_machine):
    time_machine.move_to(NOW)
    student = quick_student()
    for skill in ("SQL", "Data cleaning"):
        factories.make_student_skill(student, skill)
    waiting = factories.make_project(organization=organization)
    factories.make_project(organization=organization, matched_at=NOW)
    tasks.sweep_matching()
    assert [match.project for match in Match.objects.all()] == [waiting]
    assert Project.objects.filter(matched_at=None).count() == 0


def test_many_students_cost_as_many_queries_as_few(organization, owner):
    def cost(students):
        for number in range(students):
            student = quick_student(f"S{number}")
            for skill in ("SQL", "Data cleaning"):
                factories.make_student_skill(student, skill)
        project = factories.make_project(organization=organization, places=5)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            matching.match_project(project, NOW)
        return len(queries)

    cost(1)  # fills the content type cache
    assert cost(1) == cost(12)


def test_competencies_of_another_project_do_not_count(organization, owner):
    project = factories.make_project(organization=organization, skills=["SQL", "Python"])
    other = factories.make_project(organization=organization, skills=["Figma", "Tableau"])
    student = quick_student()
    for skill in ("Figma", "Tableau"):
        factories.make_student_skill(student, skill)
    assert matching.rank_students(project, NOW) == []
    assert [pk for pk, _score in matching.rank_students(other, NOW)] == [student.pk]
    assert Competency.objects.count() == 4
