"""Who: roles in organizations, and whether a person may act at all."""

from marketplace.accounts.models import Membership

POSTERS = {Membership.Role.OWNER, Membership.Role.MEMBER}
PAYERS = {Membership.Role.OWNER, Membership.Role.FINANCE}


def in_good_standing(user):
    """May act at all: signed in, active, not suspended."""
    return user.is_authenticated and user.is_active and user.suspended_at is None


def is_student(user):
    return user.is_authenticated and hasattr(user, "student")


def memberships_of(user):
    """The person's memberships with their organizations, by name. One query per person: they are read once and kept.

    A person read for a request is known to be in an organization or not (adapters.AuthenticationBackend).
    """
    if not user.is_authenticated or not getattr(user, "is_in_organization", True):
        return []
    if not hasattr(user, "_memberships"):
        rows = Membership.objects.filter(user_id=user.pk).select_related("organization")
        user._memberships = list(rows.order_by("organization__name"))
    return user._memberships


def role_in(user, organization):
    """The person's role there, or None."""
    return next((row.role for row in memberships_of(user) if row.organization_id == organization.pk), None)


def posts_for(user):
    """Ids of the organizations of which the person is an owner or a member, suspended ones too."""
    return [row.organization_id for row in memberships_of(user) if row.role in POSTERS]


def is_member(user, organization):
    return role_in(user, organization) is not None


def may_block_organization(user, organization):
    """A student, of an organization that is not their own."""
    return in_good_standing(user) and is_student(user) and not is_member(user, organization)


def may_block_student(user, organization, student):
    """Owners and members, of a student whose name they were shown (applications, by name): nobody blocks blind."""
    known = student.applications.filter(project__organization=organization, revealed_at__isnull=False)
    return may_post(user, organization) and known.exists()


def may_manage_members(user, organization):
    return in_good_standing(user) and role_in(user, organization) == Membership.Role.OWNER


def is_only_owner(membership):
    """Whether the organization would be left without an owner."""
    if membership.role != Membership.Role.OWNER:
        return False
    owners = Membership.objects.filter(organization_id=membership.organization_id, role=Membership.Role.OWNER)
    return not owners.exclude(pk=membership.pk).exists()


def may_post(user, organization):
    """Post, assess, offer, approve, review: owners and members."""
    return in_good_standing(user) and organization.suspended_at is None and role_in(user, organization) in POSTERS


def may_pay(user, organization):
    """Fund and see money: owners and finance."""
    return in_good_standing(user) and organization.suspended_at is None and role_in(user, organization) in PAYERS
