"""The rows that matching reads repeat the truth, whatever is changed and however much at once."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from marketplace.accounts.models import Student
from marketplace.skills.models import StudentSkill
from projects import denormalised, tasks
from projects.denormalised import CANDIDATES
from projects.models import Candidate, SkillCount
from tests import factories
from tests.factories import NOW
from tests.projects.factories import quick_student
from tests.rounds import rounds

SKILLS = [f"Skill {number}" for number in range(8)]


def all_ids():
    return list(Student.objects.values_list("pk", flat=True))


@pytest.mark.django_db
def test_a_candidate_holds_every_level_up_to_the_one_shown():
    student = quick_student()
    sql = factories.make_student_skill(student, "SQL", level=3).skill_id
    logo = factories.make_student_skill(student, "Logo design", level=1, strength=3).skill_id
    found = Candidate.objects.get(student=student)
    assert found.tokens == sorted([sql * 8 + 1, sql * 8 + 2, sql * 8 + 3, logo * 8 + 1])
    assert (found.may_be_told, found.is_newcomer) == (True, False)


@pytest.mark.django_db
def test_who_has_shown_nothing_is_no_candidate():
    student = quick_student()
    assert not Candidate.objects.exists()
    row = factories.make_student_skill(student)
    assert Candidate.objects.count() == 1
    row.delete()
    assert not Candidate.objects.exists()
    factories.make_student_skill(student)
    student.delete()
    assert not Candidate.objects.exists()


def edit(chance):
    """One random change of anything that a candidate repeats."""
    student = Student.objects.select_related("user").order_by("?").first()
    skill = chance.choice(SKILLS)
    held = StudentSkill.objects.filter(student=student, skill=factories.make_skill(skill))
    what = chance.randrange(7)
    if what <= 2:
        values = {"level": chance.randint(1, 3), "strength": chance.randint(1, 3), "updated_at": NOW}
        StudentSkill.objects.update_or_create(student=student, skill=factories.make_skill(skill), defaults=values)
    elif what == 3:
        held.delete()
    elif what == 4:
        Student.objects.filter(pk=student.pk).update(availability=chance.choice(["now", "later", "busy"]))
    elif what == 5:
        Student.objects.filter(pk=student.pk).update(wants_match_notices=chance.random() < 0.5)
    else:
        user = student.user
        user.suspended_at, user.is_active = chance.choice([None, NOW]), chance.random() < 0.8
        user.save()


@pytest.mark.django_db(transaction=True)
def test_nothing_differs_after_random_edits_at_once():
    for name in SKILLS:
        factories.make_skill(name)
    for number in range(12):  # few, so that the edits meet
        quick_student(f"Student {number}")

    def run(seed):
        chance = random.Random(seed)
        try:
            for _ in range(rounds(75, 500)):
                with transaction.atomic():
                    edit(chance)
                    if chance.random() < 0.1:
                        transaction.set_rollback(True)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(run, range(4)))
    assert Candidate.objects.count() > 3
    assert CANDIDATES.differences(all_ids()) == []


@pytest.fixture
def wrong(db):
    """(a student whose candidate was changed by hand, one whose is missing)"""
    students = [quick_student() for _ in range(3)]
    for student in students:
        factories.make_student_skill(student)
    Candidate.objects.filter(student=students[0]).update(tokens=[1])
    Candidate.objects.filter(student=students[1]).delete()
    return [student.pk for student in students[:2]]


def test_a_difference_is_found_told_and_put_right(wrong, caplog, monkeypatch):
    monkeypatch.setattr(denormalised, "randint", lambda low, high: low)
    assert CANDIDATES.differences(all_ids()) == wrong
    tasks.check_rows()
    assert str(wrong) in caplog.text
    assert CANDIDATES.differences(all_ids()) == []


def test_the_command_checks_and_rebuilds(wrong, capsys, monkeypatch):
    monkeypatch.setattr(denormalised, "BATCH", 2)
    with pytest.raises(CommandError, match="2 of 3 differ"):
        call_command("rebuild_rows", "candidates", "--check")
    call_command("rebuild_rows", "candidates")
    call_command("rebuild_rows", "candidates", "--check")
    assert "candidates: 3 compared, no difference" in capsys.readouterr().out


@pytest.mark.django_db
def test_only_what_many_have_shown_is_counted_ahead():
    for _ in range(3):
        factories.make_student_skill(quick_student(), "SQL")
    factories.make_student_skill(quick_student(), "Python")
    denormalised.count_students(3)
    assert list(SkillCount.objects.values_list("skill__name", "students")) == [("SQL", 3)]
    StudentSkill.objects.first().delete()
    denormalised.count_students(3)
    assert not SkillCount.objects.exists()
