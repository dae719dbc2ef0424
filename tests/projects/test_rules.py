"""Who may do what, as a table over the permanent cast."""

import pytest
from django.contrib.auth.models import AnonymousUser

from projects import rules

CAST = ["visitor", "student", "owner", "member", "finance", "other_owner", "moderator", "suspended"]
TABLE = {
    rules.may_edit: {"owner", "member"},
    rules.may_copy: {"owner", "member"},
    rules.may_preview: {"owner", "member", "finance", "moderator", "suspended"},
    rules.may_save: {"student"},
    rules.may_apply: {"student"},
    rules.may_open: {"moderator"},
}


@pytest.mark.parametrize(("rule", "allowed"), TABLE.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_rules(rule, allowed, request, project, suspended):
    people = {name: AnonymousUser() if name == "visitor" else request.getfixturevalue(name) for name in CAST}
    assert {name for name, user in people.items() if rule(user, project)} == allowed


def test_nobody_posts_for_a_suspended_organization(project, owner):
    project.organization.suspended_at = project.created_at
    assert not rules.may_edit(owner, project)


def test_a_moderator_decides_nothing_about_their_own_organization(project, moderator):
    from tests.factories import make_member

    make_member(project.organization, moderator, "member")
    assert not rules.may_open(moderator, project)


def test_a_student_who_is_a_member_cannot_apply_to_it(project, owner):
    from tests.factories import make_student

    make_student("Olive Owner", user=owner)
    assert not rules.may_apply(owner, project)
