"""The runner-up on the same funding: what was paid for a student who vanished pays for whoever takes over."""

from django.db import transaction

from engagements import actions as engagements
from engagements.actions import mark_funded
from engagements.models import Engagement
from marketplace.activity.actions import record
from marketplace.db import lock
from marketplace.sweeps import one_by_one
from payments import movements, notices
from payments.actions.splits import check_ledger, divide, holding_of, holdings
from payments.models import Funding, Split
from projects.models import Project

BATCH = 50


@transaction.atomic
def replace_student(*, engagement, by, at):
    """End the engagement of a student who vanished; what is held stays for the runner-up until `replacement_until`.

    Returns the Engagement. Raises InvalidTransition. Repeating is harmless.
    """
    lock(Engagement, engagement.pk)
    engagement = engagements.mark_replaced(engagement=engagement, by=by, at=at)
    for holding in holdings(engagement):
        if holding.funding.kept_until is None:
            holding.funding.kept_until = engagement.replacement_until
            holding.funding.save(update_fields=["kept_until"])
    return engagement


@transaction.atomic
def accept_offer(*, application, by, at):
    """Turn an offer into an engagement, funded at once where the project holds money for a runner-up.

    Raises as engagements.actions.accept_offer. Accepting twice returns the same engagement.
    """
    lock(Project, application.project_id)
    engagement = engagements.accept_offer(application=application, by=by, at=at)
    if engagement.status == Engagement.Status.AWAITING_FUNDING:
        use_kept_funding(engagement, at)
        engagement.refresh_from_db()
    return engagement


def use_kept_funding(engagement, at):
    """Move the funding of a replaced student here, if it is untouched and exactly what this costs."""
    kept = Funding.objects.filter(
        engagement__project=engagement.project, kept_until__gt=at, change_order=None, counts=True,
        status=Funding.Status.PAID, amount=engagement.total_amount, fee_amount=engagement.fee_amount,
        currency=engagement.currency,
    )  # fmt: skip
    for funding in kept.select_related("engagement").order_by("paid_at", "pk"):
        old = lock(Engagement, funding.engagement_id)
        funding = lock(Funding, funding.pk)
        if funding.engagement_id == old.pk and funding.kept_until and holding_of(funding).held == funding.amount:
            move(funding, old, engagement, at)
            return


def move(funding, old, new, at):
    funding.engagement, funding.kept_until = new, None
    funding.save(update_fields=["engagement", "kept_until"])
    movements.funding_moved(funding, old, new, funding.amount, at)
    check_ledger(old)
    check_ledger(new)
    for engagement in (old, new):
        record("funding.moved", actor=None, subject=engagement, at=at, amount=funding.amount, to=new.code)
    mark_funded(engagement=new, at=at)
    notices.funding_moved(funding, old, at)


@transaction.atomic
def give_back_kept(*, engagement, by, at):
    """Refund what was kept for a runner-up, because the employer asks for it or the time is over."""
    engagement = lock(Engagement, engagement.pk)
    if engagement.replacement_until is None or not holdings(engagement):
        return engagement
    Funding.objects.filter(engagement=engagement, kept_until__isnull=False).update(kept_until=None)
    engagement = engagements.mark_given_back(engagement=engagement, at=at)
    reason = "No runner-up took over the project."
    divide(engagement=engagement, cause=Split.Cause.REPLACEMENT, student_amount=0, by=by, at=at, reason=reason)
    return engagement


def give_back_unused(*, at):
    """Refund what was kept for a runner-up who did not come. Returns how many engagements."""
    over = Engagement.objects.filter(fundings__kept_until__lte=at).distinct().order_by("pk")[:BATCH]
    return len(one_by_one(over, lambda row: give_back_kept(engagement=row, by=None, at=at)))
