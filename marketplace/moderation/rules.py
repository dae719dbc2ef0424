"""Who moderates, and who may report what."""

from marketplace.accounts.models import Organization, Student, User
from marketplace.accounts.rules import in_good_standing, is_member
from marketplace.moderation.models import Report


def may_moderate(user):
    """A moderator in good standing."""
    return in_good_standing(user) and user.is_staff


def may_decide(user, subject):
    """A moderator, but never in a case of the moderator's own: their organization, their project, themselves."""
    return may_moderate(user) and not is_involved(user, subject)


def is_involved(user, subject):
    """Whether this is about the person, or about an organization of theirs. Of a report: what it is about."""
    if isinstance(subject, Report):
        return subject.reporter_id == user.pk or is_involved(user, subject.subject)
    if isinstance(subject, User):
        return subject == user
    if isinstance(subject, Student):
        return subject.user_id == user.pk
    organization = subject if isinstance(subject, Organization) else getattr(subject, "organization", None)
    return organization is not None and is_member(user, organization)


def may_report(user):
    return in_good_standing(user)
