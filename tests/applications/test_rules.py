"""Who may: one table per predicate, the same people everywhere."""

import pytest
from django.contrib.auth.models import AnonymousUser

from applications import rules
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(student, other_student, owner, member, finance, other_owner, moderator, suspended):
    both = factories.make_student("Olive Owner", user=factories.make_user("Bo Both")).user  # a student who is a member
    factories.make_member(owner.memberships.get().organization, both, "member")
    return {
        "visitor": AnonymousUser(), "student": student, "other_student": other_student, "owner": owner,
        "member": member, "finance": finance, "other_owner": other_owner, "moderator": moderator,
        "suspended": suspended, "both": both,
    }  # fmt: skip


def allowed(people, predicate, thing):
    return {name for name, user in people.items() if predicate(user, thing)}


def test_who_keeps_a_library(people, student):
    evidence = factories.make_evidence(student.student)
    assert {name for name, user in people.items() if rules.may_keep_library(user)} == {
        "student", "other_student", "both",
    }  # fmt: skip
    assert allowed(people, rules.may_keep_library, evidence) == {"student"}


def test_who_applies(people, project):
    assert allowed(people, rules.may_apply, project) == {"student", "other_student"}


def test_who_acts_as_the_applicant(people, project, student, suspended):
    application = factories.make_application(project=project, student=student.student)
    assert allowed(people, rules.may_act_as_applicant, application) == {"student"}
    theirs = factories.make_application(student=suspended.student)
    assert allowed(people, rules.may_act_as_applicant, theirs) == set()


def test_who_assesses_and_who_reads_the_board(people, project):
    assert allowed(people, rules.may_assess, project) == {"owner", "member", "both"}
    assert allowed(people, rules.may_read_board, project) == {"owner", "member", "both", "suspended"}


def test_whoever_applied_does_not_judge_the_others(people, project):
    factories.make_application(project=project, student=people["both"].student)
    other = factories.make_application(project=project)
    assert allowed(people, rules.may_assess, project) == {"owner", "member"}
    assert allowed(people, rules.may_read_board, project) == {"owner", "member", "suspended"}
    assert allowed(people, rules.may_decide, other) == {"owner", "member"}
    assert {person.name for person in rules.assessors_of(project)} == {"Olive Owner", "Mel Member", "Sid Suspended"}


def test_whoever_withdrew_may_judge_again(people, project):
    factories.make_application(project=project, student=people["both"].student, status="withdrawn")
    assert "both" in allowed(people, rules.may_assess, project)


def test_who_opens_the_evidence_of_an_application(people, project, student):
    sent = factories.make_application(project=project, student=student.student)
    assert allowed(people, rules.may_open_answer, sent) == {
        "student", "owner", "member", "both", "suspended", "moderator",
    }  # fmt: skip
    draft = factories.make_application(student=student.student, project=factories.make_project(), status="draft")
    assert allowed(people, rules.may_open_answer, draft) == {"student", "moderator"}


def test_nobody_assesses_for_a_suspended_organization(people, project):
    project.organization.suspended_at = factories.NOW
    assert allowed(people, rules.may_assess, project) == set()
