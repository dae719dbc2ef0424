"""Every movement of money by its name: which accounts it debits (+) and credits (-). Keys make each happen once.

Called inside the transaction of the fact it records. Amounts: minor units.
"""

from payments.ledger import held, payable, post
from payments.models import LedgerTransaction

Kind = LedgerTransaction.Kind
STRIPE = "stripe:pending"  # becomes "stripe:available" when Stripe settles: both are ours


def funding_received(funding, at):
    """The employer paid: Stripe has it, we hold it for the engagement."""
    _post(Kind.FUNDING_RECEIVED, f"funding:{funding.checkout_id}", at, funding, {
        STRIPE: funding.amount, held(funding.engagement): -funding.amount,
    }, charge=funding.charge_id)  # fmt: skip


def surplus_received(funding, at):
    """Paid where nothing was owed any more: it goes back whole."""
    _post(Kind.SURPLUS_RECEIVED, f"surplus:{funding.checkout_id}", at, funding, {
        STRIPE: funding.amount, "refund_in_transit": -funding.amount,
    }, charge=funding.charge_id)  # fmt: skip


def foreign_received(funding, checkout, at):
    """Paid with an amount or currency that we did not ask for: nobody's until a person has looked."""
    post(
        kind=Kind.FOREIGN_RECEIVED, key=f"foreign:{checkout.id}", at=at, currency=checkout.currency,
        amounts={STRIPE: checkout.amount, "suspense": -checkout.amount},
        engagement=funding.engagement, charge=checkout.charge_id,
    )  # fmt: skip


def stripe_fee(funding, fee, at):
    """Stripe kept its fee from the charge; the employer's and the student's amounts do not feel it."""
    if fee:
        amounts = {"expense:stripe_fee": fee, STRIPE: -fee}
        _post(Kind.STRIPE_FEE, f"stripe_fee:{funding.charge_id}", at, funding, amounts, charge=funding.charge_id)


def payout_approved(payout, at):
    """The fee is the student's, the service fee is ours."""
    engagement = payout.engagement
    _post(Kind.PAYOUT_APPROVED, f"payout_approved:{payout.code}", at, payout, {
        held(engagement): engagement.total_amount,
        payable(payout.student): -payout.amount,
        "revenue:fee": -(engagement.total_amount - payout.amount),
    })  # fmt: skip


def payout_sent(payout, transfer_id, at):
    amounts = {payable(payout.student): payout.amount, STRIPE: -payout.amount}
    _post(Kind.PAYOUT_SENT, f"payout_sent:{payout.code}", at, payout, amounts, transfer=transfer_id)


def refund_approved(refund, at):
    """What was held goes back to the employer."""
    amounts = {held(refund.funding.engagement): refund.amount, "refund_in_transit": -refund.amount}
    _post(Kind.REFUND_APPROVED, f"refund_approved:{refund.code}", at, refund, amounts)


def refund_sent(refund, refund_id, at):
    amounts = {"refund_in_transit": refund.amount, STRIPE: -refund.amount}
    _post(Kind.REFUND_SENT, f"refund_sent:{refund_id}", at, refund, amounts, refund=refund_id)


def refund_returned(refund, at):
    """The bank sent a refund back: it is with Stripe again and still owed to the employer."""
    amounts = {STRIPE: refund.amount, "refund_in_transit": -refund.amount}
    _post(Kind.REFUND_RETURNED, f"refund_returned:{refund.refund_id}", at, refund, amounts, refund=refund.refund_id)


def _post(kind, key, at, row, amounts, **reference):
    """`row`: the Funding, Payout or Refund that this is about."""
    engagement = row.funding.engagement if hasattr(row, "funding") else row.engagement
    post(
        kind=kind, key=key, at=at, currency=row.currency, amounts=amounts, engagement=engagement, **reference
    )  # fmt: skip
