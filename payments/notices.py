"""What people are told about money: who and what and how much in the title, amount and date in the first line."""

from django.urls import reverse

from engagements.notices.telling import either, fee, payers_of, student_of, tell, total
from marketplace.money import format_money
from marketplace.notifications.actions import mark_all_done, mark_done, notify
from payments.alarms import alarm
from payments.arrival import arrives_on
from payments.models import PayoutAccount
from payments.words import bank_failure, hold_reason

Transfers = PayoutAccount.TransfersStatus


def page(engagement):
    """The money page of one engagement."""
    return reverse("payments:detail", args=[engagement.code])


def receipt(funding, at):
    """To those who may pay: what was charged, and when it can be had back."""
    engagement, order, money = funding.engagement, funding.change_order, funding.currency
    settle_payment(funding, at)
    paid = format_money(funding.amount, money)
    about = f"“{engagement.project}”" if order is None else f"“{order.title}” in “{engagement.project}”"
    tell(
        payers_of(engagement), engagement, kind="money.paid", key=f"receipt:{funding.code}", at=at,
        title=f"You paid {paid} for {about}", action="See the payment", url=page(engagement),
        first=f"{paid} was paid{by_card(funding)} and is held until you approve the delivery.",
        more="It is refundable in full until the work starts." if order is None else "",
        facts=[
            ("Fee for the student", format_money(funding.fee_amount, money)),
            ("Service fee", format_money(funding.service_fee_amount, money)),
            ("Total", paid),
        ],
    )  # fmt: skip


def by_card(funding):
    return f" with {funding.card_hint}" if funding.card_hint else ""


def funding_processing(funding, at):
    """To those who may pay: nobody has to pay once more while the bank works on it."""
    engagement, amount = funding.engagement, format_money(funding.amount, funding.currency)
    settle_payment(funding, at)
    tell(
        payers_of(engagement), engagement, kind="money.processing", key=f"funding-processing:{funding.code}", at=at,
        title=f"{amount} for “{engagement.project}” is on its way from your bank", url=page(engagement),
        first=f"{amount} usually arrives within four business days. There is nothing more to pay.",
        action="See the payment",
    )  # fmt: skip


def settle_payment(funding, at):
    """What asked for this payment needs nobody any more."""
    engagement, order = funding.engagement, funding.change_order
    asked = ("engagement.fund", engagement.get_absolute_url())
    if order is not None:
        asked = ("engagement.fund_change_order", pay_page(funding))
    mark_all_done([asked, ("money.failed", pay_page(funding))], at=at)


def pay_page(funding):
    """Where this, the engagement or its change order, is paid."""
    url = reverse("payments:fund", args=[funding.engagement.code])
    return url if funding.change_order is None else f"{url}?change_order={funding.change_order.code}"


def funding_failed(funding, due_at, at):
    engagement, amount = funding.engagement, format_money(funding.amount, funding.currency)
    tell(
        payers_of(engagement), engagement, kind="money.failed", key=f"funding-failed:{funding.code}", at=at,
        title=f"The payment of {amount} for “{engagement.project}” failed", needs_action=True,
        url=pay_page(funding), action="Pay again", dates={"due": due_at}, due_at=due_at,
        first=f"{amount} was not paid: the bank refused it. Pay again by {{due}}. Nothing was charged.",
    )  # fmt: skip


def funding_moved(funding, old, at):
    """The runner-up has accepted, and what was paid for the one who vanished pays for the work."""
    engagement, amount = funding.engagement, format_money(funding.amount, funding.currency)
    tell(
        payers_of(engagement), engagement, kind="money.paid", key=f"funding-moved:{funding.code}", at=at,
        title=f"{engagement.student} takes over “{engagement.project}”, already paid", action="See the payment",
        first=f"{amount} that you paid for {old.student} is held for {engagement.student} now. Nothing more is due.",
        url=page(engagement),
    )  # fmt: skip


def payout_paid(payout, at):
    engagement, amount = payout.engagement, format_money(payout.amount, payout.currency)
    mark_done(kind="money.held", url=reverse("payments:payout_setup"), at=at, recipients=[payout.student.user])
    arrival = f"{arrives_on(at):%A, %-d %B}"
    tell(
        student_of(engagement) + payers_of(engagement), engagement, kind="money.payout_paid",
        key=f"payout-paid:{payout.code}", at=at, action="See the payment", url=page(engagement),
        title=either(
            engagement,
            f"You were paid {amount} for “{engagement.project}”",
            f"{engagement.student} was paid {amount} for “{engagement.project}”",
        ),
        first=either(
            engagement,
            f"{amount} is in your Stripe account and should reach your bank around {arrival}.",
            f"{amount} was paid out to {engagement.student}.",
        ),
        more=either(engagement, what_is_taken(engagement), ""),
    )  # fmt: skip


def what_is_taken(engagement):
    """Nothing, of the whole fee as of a part of it: a kill fee, a split, what was released early."""
    is_part = engagement.unreleased_amount > 0
    return "Nothing is taken from what you are paid." if is_part else "You get the full fee: nothing is taken from it."


def payout_held(payout, operation, at):
    """To the student, with what to do; only what they can change asks for an action."""
    engagement, amount = payout.engagement, format_money(payout.amount, payout.currency)
    theirs = payout.waits_for_student
    tell(
        student_of(engagement), engagement, kind="money.held", key=f"held:{payout.code}:{operation.attempt}", at=at,
        title=f"{amount} for “{engagement.project}” is waiting for you" if theirs
        else f"{amount} for “{engagement.project}” is delayed",
        first=f"{amount} is yours and is on hold. {payout.hold_reason}", needs_action=theirs,
        more="It is sent at once when this is done; nothing is lost by waiting.",
        url=reverse("payments:payout_setup") if theirs else page(engagement),
        action="Set up payouts" if theirs else "See the payment",
    )  # fmt: skip


def part_released(engagement, amount, at):
    """To the student: a part comes early, by the organization's own decision."""
    part = format_money(amount, engagement.currency)
    tell(
        student_of(engagement), engagement, kind="money.released", key=f"part:{engagement.released_amount}", at=at,
        title=f"{engagement.organization} released {part} for “{engagement.project}” early", url=page(engagement),
        first=f"{part} of your fee of {fee(engagement)} is yours, before the approval.",
        action="See the payment",
    )  # fmt: skip


def charged_back(engagement, at):
    """To the student: the work has no money behind it any more, so it ends."""
    tell(
        student_of(engagement), engagement, kind="money.charged_back", key="charged-back", at=at, url=page(engagement),
        title=f"“{engagement.project}” has ended: the payment was taken back", action="See the payment",
        first=f"The bank of {engagement.organization} took back what had been paid for “{engagement.project}”.",
        more="Please stop working on it. What was approved before is paid. Write to us if you have delivered work.",
    )  # fmt: skip
    tell(
        payers_of(engagement), engagement, kind="money.charged_back", key="charged-back", at=at, url=page(engagement),
        title=f"“{engagement.project}” has ended: your bank took the payment back", action="See the payment",
        first=f"Your bank has decided that you get {total(engagement)} back, so “{engagement.project}” was cancelled.",
    )  # fmt: skip


def reversal_decided(reversal, at):
    """To the student, who reads why; the employer hears of it when there is a refund."""
    payout = reversal.payout
    engagement, amount = payout.engagement, format_money(reversal.amount, reversal.currency)
    tell(
        student_of(engagement), engagement, kind="money.reversal", key=f"reversal:{reversal.code}", at=at,
        title=f"{amount} for “{engagement.project}” is taken back", url=page(engagement), action="See the payment",
        first=f"A moderator decided that {amount} of what you were paid is taken back from your Stripe account.",
        more=f"Reasons: {reversal.reasons}",
    )  # fmt: skip


def reversal_stopped(reversal, operation, at):
    message = f"Reversal {reversal.code} stopped: {operation.error or operation.error_code}"
    key = f"reversal:{reversal.code}:{operation.attempt}"
    alarm(key, message, at=at, engagement=reversal.payout.engagement)


def bank_payout_failed(row, at):
    """The student's bank refused the money: it is back in the Stripe account, and the details need a correction."""
    amount, url = format_money(row.amount, row.currency), reverse("payments:payout_setup")
    notify(
        [row.account.student.user], kind="money.bank", key=f"bank:{row.stripe_id}", at=at, url=url, needs_action=True,
        title=f"Your bank refused {amount}", action="Correct your bank account", reason="You set up payouts.",
        body=f"{amount} could not be paid to your bank account ({bank_failure(row.failure_code)}). It is in your "
        "Stripe account and nothing is lost. Correct your bank details at Stripe, and it is sent again.",
    )  # fmt: skip


def bank_payout_arrived(row, at):
    url = reverse("payments:payout_setup")
    mark_done(kind="money.bank", url=url, at=at, recipients=[row.account.student.user])


def payout_resumed(payout, at):
    mark_done(kind="money.held", url=reverse("payments:payout_setup"), at=at, recipients=[payout.student.user])


def payout_account_changed(account, was_ready, at):
    """Ready, or ready no more. What comes before the first time is on the page that the student is using."""
    person, url = account.student.user, reverse("payments:payout_setup")
    key = f"payout-account:{account.transfers_status}:{at:%Y%m%d%H%M}"
    if account.is_ready:
        mark_done(kind="money.account", url=url, at=at, recipients=[person])
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
