"""Who may do what in an engagement. When it may be done is for the actions.

Two sides: the student, and the owners and members of the organization. Finance sees money only. Nobody acts for both.
"""

from engagements.models import Review
from marketplace.accounts.rules import PAYERS, POSTERS, in_good_standing, role_in

STUDENT, ORGANIZATION = Review.Side.STUDENT, Review.Side.ORGANIZATION


def is_its_student(user, engagement):
    return user.is_authenticated and engagement.student.user_id == user.pk


def is_on_the_team(user, engagement):
    """Owner or member of the organization, and not also the student of this engagement."""
    return role_in(user, engagement.organization) in POSTERS and not is_its_student(user, engagement)


def side_of(user, engagement):
    """The side this person stands on, or None (finance, staff, strangers)."""
    if is_its_student(user, engagement):
        return STUDENT
    return ORGANIZATION if is_on_the_team(user, engagement) else None


def may_read_work(user, engagement):
    """Read the brief, the messages, the deliveries and the files: both sides, and staff for the case file."""
    return user.is_staff or side_of(user, engagement) is not None


def may_take_part(user, engagement):
    """Write messages, confirm the kickoff, open a dispute, write a review: either side, not suspended."""
    return in_good_standing(user) and side_of(user, engagement) is not None


def may_deliver(user, engagement):
    return in_good_standing(user) and is_its_student(user, engagement)


def may_judge(user, engagement):
    """Approve a version, request changes, extend the review."""
    return in_good_standing(user) and engagement.organization.suspended_at is None and is_on_the_team(user, engagement)


def may_read_orders(user, engagement):
    """Change orders are work and money: both sides, finance, staff."""
    return may_read_work(user, engagement) or may_see_books(user, engagement)


def may_answer_order(user, engagement):
    """Only the student, who may always say no."""
    return may_deliver(user, engagement)


def may_replace(user, engagement):
    """Whoever judges the work may end it for a student who vanished."""
    return may_judge(user, engagement)


def may_pay_for(user, engagement):
    """Fund it: owner or finance of the organization, never its student."""
    return (
        in_good_standing(user)
        and engagement.organization.suspended_at is None
        and role_in(user, engagement.organization) in PAYERS
        and not is_its_student(user, engagement)
    )


def may_see_books(user, engagement):
    """How the money moved: the student, owner and finance of the organization, staff."""
    return user.is_staff or is_its_student(user, engagement) or role_in(user, engagement.organization) in PAYERS


def may_cancel(user, engagement):
    """Either side. How much is refunded, and until when, is for the actions."""
    return may_take_part(user, engagement)


def may_accept_offer(user, application):
    """Only the applicant, and never for an organization of one's own."""
    return (
        in_good_standing(user)
        and application.student.user_id == user.pk
        and role_in(user, application.project.organization) is None
    )


def may_resolve(user, dispute):
    """A moderator who is on neither side."""
    engagement = dispute.engagement
    return (
        in_good_standing(user)
        and user.is_staff
        and not is_its_student(user, engagement)
        and role_in(user, engagement.organization) is None
    )
