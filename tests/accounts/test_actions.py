"""People, organizations, members: what each action does, and what it refuses without changing anything."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.urls import reverse

from marketplace.accounts import actions, next_actions
from marketplace.accounts.models import Invitation, Membership, Student, User
from marketplace.activity.models import Event
from marketplace.errors import DomainError, InvalidTransition, LimitReached
from marketplace.notifications.models import Notification
from tests.factories import NOW, make_student, make_user

LATER = NOW + timedelta(days=1)


def invite(organization, owner, email="new@people.example", role="member", at=NOW):
    """The invitation and the token that its e-mail carried."""
    tokens = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("marketplace.accounts.notices.send_invitation", lambda _invitation, token: tokens.append(token))
        patch.setattr(transaction, "on_commit", lambda callback: callback())
        invitation = actions.invite_member(organization=organization, email=email, role=role, by=owner, at=at)
    return invitation, tokens[0]


def test_become_student_twice_returns_the_same_student(db):
    user = make_user("Ada King")
    first = actions.become_student(user=user, display_name="Ada King", at=NOW)
    assert actions.become_student(user=user, display_name="Other", at=LATER) == first
    assert list(Student.objects.filter(user=user).values_list("display_name", "slug")) == [("Ada King", "ada-king")]


def test_two_students_of_one_name_get_two_addresses(db):
    slugs = {actions.become_student(user=make_user("Ada King"), display_name="Ada King", at=NOW).slug for _ in range(2)}
    assert len(slugs) == 2
    assert all(slug.startswith("ada-king") for slug in slugs)


@pytest.mark.parametrize(
    ("answers", "eligible"),
    [((True, "US", True), True), ((False, "US", True), False), ((True, "US", False), False), ((True, "", True), False)],
)
def test_eligibility_needs_all_three(student, answers, eligible):
    is_adult, country, may_contract = answers
    found = actions.answer_eligibility(
        student=student.student, is_adult=is_adult, country=country, may_contract=may_contract, by=student, at=LATER
    )
    assert found.is_eligible is eligible
    assert found.eligibility_answered_at == LATER


def test_the_founder_owns_the_organization(db):
    user = make_user("Ada King")
    organization = actions.create_organization(name="Ada & Co", by=user, at=NOW)
    assert list(organization.memberships.values_list("user", "role")) == [(user.pk, "owner")]
    assert (organization.slug, organization.is_verified) == ("ada-co", False)
    assert Event.objects.get(verb="organization.created").actor == user


def test_an_invitation_is_accepted_by_its_address_only(organization, owner):
    invitation, token = invite(organization, owner, email="Ada@people.example")
    assert token not in invitation.token_digest
    stranger = make_user("Eve Other", email="eve@people.example")
    with pytest.raises(DomainError, match="ada@people.example"):
        actions.accept_invitation(token=token, by=stranger, at=LATER)
    assert not organization.memberships.filter(user=stranger).exists()
    ada = make_user("Ada King", email="ada@people.example")
    membership = actions.accept_invitation(token=token, by=ada, at=LATER)
    assert (membership.organization, membership.role) == (organization, "member")
    assert actions.accept_invitation(token=token, by=ada, at=LATER) == membership
    assert Notification.objects.get(kind="account.member_joined").recipient == owner


def test_a_new_invitation_replaces_the_open_one(organization, owner):
    _, old = invite(organization, owner)
    _, new = invite(organization, owner)
    with pytest.raises(DomainError, match="not valid any more"):
        actions.find_invitation(old, at=LATER)
    assert actions.find_invitation(new, at=LATER).email == "new@people.example"
    assert Invitation.objects.filter(revoked_at=None).count() == 1


def test_an_invitation_expires(organization, owner):
    invitation, token = invite(organization, owner)
    assert actions.find_invitation(token, at=invitation.expires_at - timedelta(seconds=1)) == invitation
    with pytest.raises(DomainError, match="expired"):
        actions.find_invitation(token, at=invitation.expires_at)


def test_a_used_invitation_says_so(organization, owner):
    _, token = invite(organization, owner)
    actions.accept_invitation(token=token, by=make_user("New", email="new@people.example"), at=LATER)
    with pytest.raises(InvalidTransition):
        actions.accept_invitation(token=token, by=make_user("Late"), at=LATER)


def test_a_revoked_invitation_no_longer_works(organization, owner):
    invitation, token = invite(organization, owner)
    actions.revoke_invitation(invitation=invitation, by=owner, at=LATER)
    with pytest.raises(DomainError, match="not valid any more"):
        actions.find_invitation(token, at=LATER)


def test_who_left_does_not_come_back_by_the_old_invitation(organization, owner):
    _, token = invite(organization, owner)
    ada = make_user("New", email="new@people.example")
    actions.accept_invitation(token=token, by=ada, at=LATER)
    actions.remove_member(membership=organization.memberships.get(user=ada), by=owner, at=LATER)
    with pytest.raises(InvalidTransition, match="used already"):
        actions.accept_invitation(token=token, by=ada, at=LATER)
    assert not organization.memberships.filter(user=ada).exists()


def test_removing_reads_the_role_again_and_twice_changes_nothing(organization, owner, member):
    """Two open pages: one makes the member the only owner, the other still shows a member."""
    stale, leaving = organization.memberships.get(user=member), organization.memberships.get(user=owner)
    organization.memberships.filter(user=member).update(role="owner")
    organization.memberships.filter(user=owner).update(role="member")
    with pytest.raises(DomainError, match="at least one owner"):
        actions.remove_member(membership=stale, by=owner, at=NOW)
    for _ in range(2):
        actions.remove_member(membership=leaving, by=member, at=NOW)
    assert Event.objects.filter(verb="member.removed").count() == 1


def test_members_are_not_invited_again(organization, owner, member):
    with pytest.raises(DomainError) as refused:
        actions.invite_member(organization=organization, email=member.email.upper(), role="owner", by=owner, at=NOW)
    assert (refused.value.field, refused.value.code) == ("email", "already_member")
    assert Invitation.objects.count() == 0


def test_the_last_owner_stays(organization, owner, member):
    only = organization.memberships.get(user=owner)
    with pytest.raises(DomainError, match="at least one owner"):
        actions.change_role(membership=only, role="member", by=owner, at=NOW)
    with pytest.raises(DomainError, match="at least one owner"):
        actions.remove_member(membership=only, by=owner, at=NOW)
    assert Membership.objects.get(pk=only.pk).role == "owner"
    actions.change_role(membership=organization.memberships.get(user=member), role="owner", by=owner, at=NOW)
    actions.remove_member(membership=only, by=owner, at=NOW)
    assert list(organization.memberships.values_list("user", flat=True)) == [member.pk]


def test_suspension_is_told_and_lifted(student, moderator):
    actions.suspend_user(user=student, reason="Asked to be paid outside", by=moderator, at=NOW)
    actions.suspend_user(user=student, reason="Again", by=moderator, at=LATER)
    student.refresh_from_db()
    assert (student.suspended_at, student.suspension_reason) == (NOW, "Asked to be paid outside")
    actions.reinstate_user(user=student, reason="Cleared up", by=moderator, at=LATER)
    student.refresh_from_db()
    assert student.suspended_at is None
    told = Notification.objects.filter(recipient=student).order_by("pk").values_list("kind", "done_at")
    assert list(told) == [("account.suspended", LATER), ("account.reinstated", None)]


def test_one_account_per_address_whatever_the_case(db):
    make_user("Ada", email="ada@people.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="ADA@people.example")


def test_hours_per_week_are_checked_by_the_database(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_student("Too Much", hours_per_week=61)


def test_an_organization_cannot_write_to_strangers_without_end(organization, owner):
    for number in range(actions.INVITATIONS_A_DAY):
        invite(organization, owner, email=f"stranger{number}@people.example")
    with pytest.raises(LimitReached) as refused:
        invite(organization, owner, email="one.more@people.example")
    assert refused.value.field == "email"
    assert Invitation.objects.count() == actions.INVITATIONS_A_DAY
    invite(organization, owner, email="one.more@people.example", at=NOW + timedelta(days=1))
    assert Invitation.objects.filter(email="one.more@people.example").count() == 1


def test_a_moderator_is_asked_for_a_second_step_on_a_server(moderator, student, settings):
    assert next_actions.for_user(moderator, NOW) == []
    settings.LOCAL = False
    assert [action.url for action in next_actions.for_user(moderator, NOW)] == [reverse("mfa_index")]
    assert next_actions.for_user(student, NOW) == []
    Authenticator.objects.create(user=moderator, type="totp", data={})
    assert next_actions.for_user(moderator, NOW) == []
