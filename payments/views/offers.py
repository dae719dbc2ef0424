"""The student accepts an offer; what is kept for a runner-up pays for it at once."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from applications.models import Application
from engagements.models import Engagement
from engagements.rules import may_accept_offer
from marketplace.access import get_for_user
from marketplace.clock import now
from marketplace.errors import DomainError
from payments import actions


@require_POST
@login_required
def accept_offer(request, application_code):
    application = get_for_user(Application, request.user, code=application_code, may=may_accept_offer)
    try:
        engagement = actions.accept_offer(application=application, by=request.user, at=now())
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(application)
    if engagement.status == Engagement.Status.AWAITING_FUNDING:
        messages.success(request, f"You accepted. {engagement.organization} funds it next; we tell you when.")
    else:
        messages.success(request, f"You accepted. {engagement.fee_text} is held for you already: confirm the kickoff.")
    return redirect(engagement)
