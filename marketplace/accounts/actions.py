"""Every write about people and organizations."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.text import slugify

from marketplace.accounts import notices
from marketplace.accounts.models import Block, Invitation, Membership, Organization, SelfDescription, Student, User
from marketplace.accounts.rules import is_only_owner
from marketplace.activity.actions import record
from marketplace.db import lock, new_code
from marketplace.errors import DomainError, InvalidTransition, LimitReached
from marketplace.notifications.actions import mark_done

INVITATION_DAYS = 14
INVITATIONS_A_DAY = 30  # of one organization: nobody writes to strangers through us without end


@transaction.atomic
def become_student(*, user, display_name, at):
    """Open the student side of a person. A second call returns the same Student."""
    user = lock(User, user.pk)
    existing = Student.objects.filter(user=user).first()
    if existing:
        return existing
    name = display_name.strip() or "Student"
    student = Student.objects.create(user=user, display_name=name, slug=free_slug(Student, name), created_at=at)
    record("student.joined", actor=user, subject=student, at=at)
    return student


@transaction.atomic
def update_student(*, student, by, at, **changes):
    """Save the profile fields in `changes`."""
    student = lock(Student, student.pk)
    if changes.get("wants_match_notices"):  # said plainly, it ends a pause
        changes["match_notices_from"] = None
    for name, value in changes.items():
        setattr(student, name, value)
    student.save(update_fields=list(changes))
    record("student.updated", actor=by, subject=student, at=at, fields=sorted(changes))
    return student


@transaction.atomic
def pause_match_notices(*, student, days, at):
    """Tell this student of no project for so many days; a sweep ends the pause."""
    student = lock(Student, student.pk)
    student.wants_match_notices, student.match_notices_from = False, at + timedelta(days=days)
    student.save(update_fields=["wants_match_notices", "match_notices_from"])
    return student


@transaction.atomic
def resume_match_notices(*, student):
    """Tell this student of projects again; who was not paused is told as well."""
    student = lock(Student, student.pk)
    student.wants_match_notices, student.match_notices_from = True, None
    student.save(update_fields=["wants_match_notices", "match_notices_from"])
    return student


def resume_due(*, at):
    """End the pauses whose time is over. Returns how many."""
    return Student.objects.filter(match_notices_from__lte=at).update(wants_match_notices=True, match_notices_from=None)


@transaction.atomic
def update_person(*, user, at, **changes):
    """Save what everybody has: name and time zone."""
    user = lock(User, user.pk)
    for name, value in changes.items():
        setattr(user, name, value)
    user.save(update_fields=list(changes))
    record("user.updated", actor=user, subject=user, at=at, fields=sorted(changes))
    return user


@transaction.atomic
def answer_eligibility(*, student, is_adult, country, may_contract, by, at):
    """Record the answers asked before the first application (PRODUCT: age, country, right to contract)."""
    student = lock(Student, student.pk)
    student.is_adult, student.country, student.may_contract = is_adult, country, may_contract
    student.eligibility_answered_at = at
    student.save(update_fields=["is_adult", "country", "may_contract", "eligibility_answered_at"])
    record("student.eligibility_answered", actor=by, subject=student, at=at, eligible=student.is_eligible)
    return student


@transaction.atomic
def describe_self(*, student, answers, at):
    """Keep the answers ({question: choice}) instead of earlier ones; without any, keep nothing. Returns what is kept.

    No event: the audit trail would remember what a deletion must forget.
    """
    student = lock(Student, student.pk)
    forget_self_description(student=student)
    given = {question: answers.get(question, "") for question in SelfDescription.QUESTIONS}
    if not any(given.values()):
        return None
    return SelfDescription.objects.create(student=student, consented_at=at, **given)


def forget_self_description(*, student):
    """Delete it for good. True when there was one."""
    gone, _ = SelfDescription.objects.filter(student=student).delete()
    return bool(gone)


@transaction.atomic
def create_organization(*, name, by, at, website="", about="", place=""):
    """Found an organization; the founder is its owner. It is not verified yet."""
    organization = Organization.objects.create(
        name=name, slug=free_slug(Organization, name), website=website, about=about, place=place, created_at=at
    )
    Membership.objects.create(organization=organization, user=by, role=Membership.Role.OWNER, created_at=at)
    record("organization.created", actor=by, subject=organization, at=at)
    return organization


@transaction.atomic
def update_organization(*, organization, by, at, **changes):
    organization = lock(Organization, organization.pk)
    for name, value in changes.items():
        setattr(organization, name, value)
    organization.save(update_fields=list(changes))
    record("organization.updated", actor=by, subject=organization, at=at, fields=sorted(changes))
    return organization


@transaction.atomic
def invite_member(*, organization, email, role, by, at):
    """E-mail an invitation and return it; an open one to the same address is replaced (its link stops working).

    Raises DomainError when the person is a member already, LimitReached after INVITATIONS_A_DAY in 24 hours.
    """
    organization = lock(Organization, organization.pk)
    email = email.strip().lower()
    if organization.memberships.filter(user__email__iexact=email).exists():
        raise DomainError(f"{email} is a member already.", field="email", code="already_member")
    if organization.invitations.filter(created_at__gt=at - timedelta(days=1)).count() >= INVITATIONS_A_DAY:
        raise LimitReached(f"That were {INVITATIONS_A_DAY} invitations in one day. Send more tomorrow.", field="email")
    open_ones = organization.invitations.filter(accepted_at=None, revoked_at=None)
    open_ones.annotate(lower=Lower("email")).filter(lower=email).update(revoked_at=at)
    token = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        organization=organization, email=email, role=role, token_digest=digest(token), invited_by=by, created_at=at,
        expires_at=at + timedelta(days=INVITATION_DAYS),
    )  # fmt: skip
    record("member.invited", actor=by, subject=organization, at=at, email=email, role=role)
    transaction.on_commit(lambda: notices.send_invitation(invitation, token))
    return invitation


def find_invitation(token, *, at):
    """The invitation of this link. Raises DomainError with what to do when it is used, revoked or too old."""
    invitation = Invitation.objects.filter(token_digest=digest(token)).select_related("organization").first()
    refuse_unless_open(invitation, at)
    return invitation


def refuse_unless_open(invitation, at):
    if invitation is None or invitation.revoked_at:
        raise DomainError("This invitation is not valid any more. Ask the organization to send a new one.")
    if invitation.accepted_at:
        raise InvalidTransition("This invitation was used already.")
    if invitation.expires_at <= at:
        raise DomainError("This invitation has expired. Ask the organization to send a new one.")


@transaction.atomic
def accept_invitation(*, token, by, at):
    """Join. The signed-in person's address must be the invited one; accepting twice returns the membership."""
    invitation = Invitation.objects.filter(token_digest=digest(token)).first()
    if invitation is not None:
        lock(Organization, invitation.organization_id)
        invitation = lock(Invitation, invitation.pk)
        joined = Membership.objects.filter(organization=invitation.organization_id, user=by).first()
        if joined is not None and invitation.accepted_by_id == by.pk:
            return joined
    refuse_unless_open(invitation, at)
    if invitation.email.lower() != by.email.lower():
        raise DomainError(f"This invitation is for {invitation.email}. Sign in with that address to accept it.")
    membership, _ = Membership.objects.get_or_create(
        organization_id=invitation.organization_id, user=by, defaults={"role": invitation.role, "created_at": at}
    )
    invitation.accepted_at, invitation.accepted_by = at, by
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    record("member.joined", actor=by, subject=membership.organization, at=at, role=membership.role)
    notices.member_joined(membership, at=at)
    return membership


@transaction.atomic
def revoke_invitation(*, invitation, by, at):
    """The link stops working."""
    invitation = lock(Invitation, invitation.pk)
    if invitation.accepted_at or invitation.revoked_at:
        return invitation
    invitation.revoked_at = at
    invitation.save(update_fields=["revoked_at"])
    record("member.invitation_revoked", actor=by, subject=invitation.organization, at=at, email=invitation.email)
    return invitation


@transaction.atomic
def change_role(*, membership, role, by, at):
    """Give a member another role. Raises DomainError when nobody would be left as owner."""
    organization = lock(Organization, membership.organization_id)
    membership = lock(Membership, membership.pk)
    if role != Membership.Role.OWNER:
        keep_an_owner(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    record("member.role_changed", actor=by, subject=organization, at=at, member=membership.user.email, role=role)
    return membership


@transaction.atomic
def remove_member(*, membership, by, at):
    """End a membership. Raises DomainError for the last owner. Ending it twice changes nothing."""
    organization = lock(Organization, membership.organization_id)
    membership = organization.memberships.filter(pk=membership.pk).select_related("user").first()
    if membership is None:
        return
    keep_an_owner(membership)
    record("member.removed", actor=by, subject=organization, at=at, member=membership.user.email)
    membership.delete()


@transaction.atomic
def suspend_user(*, user, reason, by, at):
    """The person may still read, but not act."""
    user = lock(User, user.pk)
    if user.suspended_at is None:
        user.suspended_at, user.suspension_reason = at, reason
        user.save(update_fields=["suspended_at", "suspension_reason"])
        record("user.suspended", actor=by, subject=user, at=at, reason=reason)
        notices.suspended(user, at=at)
    return user


@transaction.atomic
def reinstate_user(*, user, reason, by, at):
    user = lock(User, user.pk)
    if user.suspended_at is not None:
        user.suspended_at, user.suspension_reason = None, ""
        user.save(update_fields=["suspended_at", "suspension_reason"])
        record("user.reinstated", actor=by, subject=user, at=at, reason=reason)
        mark_done(kind="account.suspended", url=reverse("accounts:profile"), recipients=[user], at=at)
        notices.reinstated(user, at=at)
    return user


@transaction.atomic
def pause_posting(*, organization, until, reason, by, at):
    """No new projects before `until`. `by` is null for the clock; a pause that already lasts longer stays."""
    organization = lock(Organization, organization.pk)
    if organization.posting_paused_until is None or organization.posting_paused_until < until:
        organization.posting_paused_until = until
        organization.save(update_fields=["posting_paused_until"])
        record("organization.posting_paused", actor=by, subject=organization, at=at, until=str(until), reason=reason)
    return organization


@transaction.atomic
def block(*, student, organization, side, by, at):
    """No match and no new application between the two from now on. Blocking twice changes nothing."""
    found, is_new = Block.objects.get_or_create(
        student=student, organization=organization, side=side, defaults={"by": by, "created_at": at}
    )
    if is_new:
        record("organization.blocked", actor=by, subject=organization, at=at, student=student.slug, side=side)
    return found


@transaction.atomic
def unblock(*, student, organization, side, by, at):
    gone, _ = Block.objects.filter(student=student, organization=organization, side=side).delete()
    if gone:
        record("organization.unblocked", actor=by, subject=organization, at=at, student=student.slug, side=side)


def keep_an_owner(without):
    if is_only_owner(without):
        raise DomainError("An organization needs at least one owner. Make somebody else an owner first.")


def digest(token):
    return hashlib.sha256(token.encode()).hexdigest()


def free_slug(model, name):
    """A readable address that nobody has yet; a taken one gets a short random tail."""
    base = slugify(name)[:48] or new_code()
    return base if not model.objects.filter(slug=base).exists() else f"{base}-{new_code()[:5]}"
