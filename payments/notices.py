"""What people are told about money: who and what and how much in the title, amount and date in the first line."""

from django.urls import reverse

from engagements.notices.telling import fee, payers_of, student_of, tell, total
from marketplace.money import format_money
from marketplace.notifications.actions import mark_done, notify
from payments.arrival import arrives_on
from payments.models import PayoutAccount
from payments.words import hold_reason

Transfers = PayoutAccount.TransfersStatus


def page(engagement):
    """The money page of one engagement."""
    return reverse("payments:detail", args=[engagement.code])


def receipt(funding, at):
    """To those who may pay: what was charged, and when it can be had back."""
    engagement = funding.engagement
    tell(
        payers_of(engagement), engagement, kind="money.paid", key="receipt", at=at, url=page(engagement),
        title=f"You paid {total(engagement)} for “{engagement.project}”", action="See the payment",
        first=f"{total(engagement)} was paid{by_card(funding)} and is held until you approve the delivery.",
        more="It is refundable in full until the work starts.",
        facts=[
            ("Fee for the student", fee(engagement)),
            ("Service fee", format_money(engagement.service_fee_amount, engagement.currency)),
            ("Total", total(engagement)),
        ],
    )  # fmt: skip


def by_card(funding):
    return f" with {funding.card_hint}" if funding.card_hint else ""


def funding_failed(funding, at):
    engagement = funding.engagement
    tell(
        payers_of(engagement), engagement, kind="money.failed", key=f"funding-failed:{funding.code}", at=at,
        title=f"The payment of {total(engagement)} for “{engagement.project}” failed", needs_action=True,
        url=reverse("payments:fund", args=[engagement.code]), action="Pay again",
        dates={"due": engagement.funding_due_at}, due_at=engagement.funding_due_at,
        first=f"{total(engagement)} was not paid: the bank refused it. Pay again by {{due}}. Nothing was charged.",
    )  # fmt: skip


def payout_paid(payout, at):
    engagement, amount = payout.engagement, format_money(payout.amount, payout.currency)
    mark_done(kind="money.held", url=reverse("payments:payout_setup"), at=at, recipient=payout.student.user)
    tell(
        student_of(engagement), engagement, kind="money.payout_paid", key="payout-paid", at=at, url=page(engagement),
        title=f"You were paid {amount} for “{engagement.project}”", action="See the payment",
        first=f"{amount} is in your Stripe account and should reach your bank around {arrives_on(at):%A, %B %-d}.",
        more="You get the full fee: nothing is taken from it.",
    )  # fmt: skip
    tell(
        payers_of(engagement), engagement, kind="money.payout_paid", key="payout-paid", at=at, url=page(engagement),
        title=f"{engagement.student} was paid {amount} for “{engagement.project}”", action="See the payment",
        first=f"{amount} was paid out to {engagement.student}. Nothing more is due.",
    )  # fmt: skip


def payout_held(payout, operation, at):
    """To the student, with what to do; only what they can change asks for an action."""
    engagement, amount = payout.engagement, format_money(payout.amount, payout.currency)
    theirs = operation.status == operation.Status.HELD
    tell(
        student_of(engagement), engagement, kind="money.held", key=f"held:{payout.code}:{operation.attempt}", at=at,
        title=f"{amount} for “{engagement.project}” is waiting for you" if theirs
        else f"{amount} for “{engagement.project}” is delayed",
        first=f"{amount} is yours and is on hold. {payout.hold_reason}", needs_action=theirs,
        more="It is sent at once when this is done; nothing is lost by waiting.",
        url=reverse("payments:payout_setup") if theirs else page(engagement),
        action="Set up payouts" if theirs else "See the payment",
    )  # fmt: skip


def payout_resumed(payout, at):
    mark_done(kind="money.held", url=reverse("payments:payout_setup"), at=at, recipient=payout.student.user)


def payout_account_changed(account, was_ready, at):
    """Ready, or ready no more. What comes before the first time is on the page that the student is using."""
    person, url = account.student.user, reverse("payments:payout_setup")
    key = f"payout-account:{account.transfers_status}:{at:%Y%m%d%H%M}"
    if account.is_ready:
        mark_done(kind="money.account", url=url, at=at, recipient=person)
        notify(
            [person], kind="money.account_ready", key=key, at=at, title="You are ready to be paid", url=url,
            body="Stripe has confirmed your details. Whatever you earn is sent to your bank from now on.",
            action="See your payout account", reason="You set up payouts.",
        )  # fmt: skip
    elif was_ready and account.transfers_status != Transfers.PENDING:
        notify(
            [person], kind="money.account", key=key, at=at, needs_action=True, url=url, action="See what is missing",
            title="Stripe cannot pay you at the moment", body=hold_reason(account), reason="You set up payouts.",
        )  # fmt: skip


def refund_started(refund, at):
    engagement, amount = refund.funding.engagement, format_money(refund.amount, refund.currency)
    tell(
        payers_of(engagement), engagement, kind="money.refund", key=f"refund:{refund.code}", at=at,
        title=f"{amount} for “{engagement.project}” is on its way back to you", url=page(engagement),
        first=f"{amount} goes back{to_card(refund.funding)}. Banks usually show it within 5 to 10 business days.",
        more=f"Reason: {refund.reason}", action="See the payment",
    )  # fmt: skip


def to_card(funding):
    return f" to {funding.card_hint}" if funding.card_hint else " to where it was paid from"
