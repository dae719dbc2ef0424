"""What every page of one engagement starts with."""

from django.conf import settings
from django.http import Http404

from engagements import rules
from engagements.queries import with_turn
from engagements.standing import STEPS, standing
from marketplace.access import get_for_user
from marketplace.errors import DomainError
from marketplace.files.actions import stored_for


def engagement_for(request, code, *, may=None):
    """The engagement with what the status line needs. 404 for strangers, 403 where `may` says no."""
    return get_for_user(with_turn(), request.user, code=code, may=may)


def delivery_for(engagement, version):
    found = engagement.deliveries.prefetch_related("files").filter(version=version).first()
    if found is None:
        raise Http404("No such version.")
    return found


def context_of(engagement, user, at):
    """Names that all templates of one engagement share."""
    side = rules.side_of(user, engagement)
    is_student = side == rules.STUDENT
    return {
        "engagement": engagement, "project": engagement.project, "side": side, "is_student": is_student,
        "is_team": side == rules.ORGANIZATION, "at": at, "standing": standing(engagement, user, at), "steps": STEPS,
        "other": engagement.organization if is_student else engagement.student,
        "rounds": settings.CHANGE_ROUNDS, "review_days": settings.REVIEW_DAYS,
        "kill_fees": [bps / 100 for bps in settings.KILL_FEE_BPS],
    }  # fmt: skip


def act(form, action, **arguments):
    """The result of `action`, or None after putting its refusal next to the field that it is about."""
    try:
        return action(**arguments)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None


def act_with_files(form, action, *, uploads, owner, allowed, at, **arguments):
    """Store the checked uploads and act on them together: a refused action leaves no file behind."""
    try:
        with stored_for(uploads, owner=owner, allowed=allowed, at=at) as files:
            return action(files=files, by=owner, at=at, **arguments)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None
