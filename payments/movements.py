"""Every movement of money by its name: which accounts it debits (+) and credits (-). Keys make each happen once.

Called inside the transaction of the fact it records. Amounts: minor units. docs/payments.md has them in one table.
"""

from payments.ledger import held, lock_accounts, payable, post
from payments.models import LedgerTransaction

Kind = LedgerTransaction.Kind
STRIPE = "stripe:pending"  # moved to "stripe:available" by the reconciliation when Stripe settles
AVAILABLE = "stripe:available"
IN_TRANSIT, DISPUTED, FEE_EXPENSE = "refund_in_transit", "dispute:receivable", "expense:stripe_fee"

# --- Before several movements in one transaction ---------------------------------------------------
# Their accounts are locked together first: one movement after the other would lock them in the order of the movements,
# and another transaction, which moves other money in another order, could wait in a circle with it. What is held for
# an engagement needs no such care, because the engagement is locked.


def lock_for_payment(currency, *others):
    lock_accounts([STRIPE, FEE_EXPENSE, *others], currency)


def lock_for_splits(splits):
    """Of one engagement. Where nobody is refunded, each of them locks the same accounts anyway."""
    if any(split.refund_amount for split in splits) and any(split.student_amount for split in splits):
        student = payable(splits[0].engagement)
        lock_accounts([held(splits[0].engagement), student, "revenue:fee", IN_TRANSIT], splits[0].currency)


def lock_for_reversal(reversal):
    others = ["revenue:fee", IN_TRANSIT] if reversal.refund_amount else ["loss:chargeback"]
    lock_accounts([STRIPE, payable(reversal.payout), "loss:payout", *others], reversal.currency)


def lock_for_dispute(dispute):
    lock_accounts([STRIPE, DISPUTED, "expense:dispute_fee", IN_TRANSIT, "loss:chargeback"], dispute.currency)


def lock_for_book(currency):
    lock_accounts([STRIPE, FEE_EXPENSE, "bank", "suspense", "loss:written_off"], currency)


# --- Money in -------------------------------------------------------------------------------------


def funding_received(funding, at):
    """The employer paid: Stripe has it, we hold it for the engagement."""
    amounts = {STRIPE: funding.amount, held(funding.engagement): -funding.amount}
    _post(Kind.FUNDING_RECEIVED, f"funding:{funding.checkout_id}", at, funding, amounts, source=funding.charge_id)


def surplus_received(funding, at):
    """Paid where nothing was owed any more: it goes back whole."""
    amounts = {STRIPE: funding.amount, IN_TRANSIT: -funding.amount}
    _post(Kind.SURPLUS_RECEIVED, f"surplus:{funding.checkout_id}", at, funding, amounts, source=funding.charge_id)


def foreign_received(funding, checkout, at):
    """Paid with an amount or currency that we did not ask for: nobody's until a person has looked."""
    post(
        kind=Kind.FOREIGN_RECEIVED, key=f"foreign:{checkout.id}", at=at, currency=checkout.currency,
        amounts={STRIPE: checkout.amount, "suspense": -checkout.amount},
        engagement=funding.engagement, source=checkout.charge_id,
    )  # fmt: skip


def stripe_fee(funding, fee, currency, at):
    """Stripe kept its fee from the charge; the employer's and the student's amounts do not feel it."""
    if fee:
        post(
            kind=Kind.STRIPE_FEE, key=f"stripe_fee:{funding.charge_id}", at=at, currency=currency,
            amounts={FEE_EXPENSE: fee, STRIPE: -fee}, engagement=funding.engagement, source=funding.charge_id,
        )  # fmt: skip


def funding_moved(funding, old, new, amount, at):
    """What was held for a student who vanished is held for the runner-up."""
    amounts = {held(old): amount, held(new): -amount}
    _post(Kind.FUNDING_MOVED, f"funding_moved:{funding.code}:{new.code}", at, funding, amounts)


# --- To the student -------------------------------------------------------------------------------


def payout_approved(payout, at):
    """The student's part is theirs, the service fee for it is ours."""
    split = payout.split
    _post(Kind.PAYOUT_APPROVED, f"payout_approved:{payout.code}", at, payout, {
        held(payout.engagement): split.student_amount + split.service_fee_amount,
        payable(payout): -payout.amount,
        "revenue:fee": -split.service_fee_amount,
    })  # fmt: skip


def payout_sent(payout, transfer_id, at):
    amounts = {payable(payout): payout.amount, STRIPE: -payout.amount}
    _post(Kind.PAYOUT_SENT, f"payout_sent:{payout.code}", at, payout, amounts, source=transfer_id)


def payout_reversed(reversal, reversal_id, at):
    """A part of a payout came back from the student's account; nobody's yet but the student's."""
    amounts = {STRIPE: reversal.amount, payable(reversal.payout): -reversal.amount}
    _post(Kind.PAYOUT_REVERSED, f"payout_reversed:{reversal_id}", at, reversal, amounts, source=reversal_id)


def reversal_refunded(reversal, at):
    """It goes on to the employer, with the service fee that we had earned with it."""
    ours = reversal.refund_amount - reversal.amount
    amounts = {payable(reversal.payout): reversal.amount, "revenue:fee": ours}
    amounts[IN_TRANSIT] = -reversal.refund_amount
    _post(Kind.REVERSAL_REFUNDED, f"reversal_refunded:{reversal.code}", at, reversal, amounts)


def reversal_recovered(reversal, at):
    """It makes good what a lost card dispute had cost us."""
    amounts = {payable(reversal.payout): reversal.amount, "loss:chargeback": -reversal.amount}
    _post(Kind.REVERSAL_RECOVERED, f"reversal_recovered:{reversal.code}", at, reversal, amounts)


def reversal_borne(reversal, at):
    """The student's account had nothing left: we pay what the employer gets back."""
    amounts = {"loss:payout": reversal.amount, payable(reversal.payout): -reversal.amount}
    _post(Kind.REVERSAL_BORNE, f"reversal_borne:{reversal.code}", at, reversal, amounts)


# --- Back to the employer -------------------------------------------------------------------------


def refund_approved(refund, at):
    """What was held goes back to the employer."""
    amounts = {held(refund.split.engagement): refund.amount, IN_TRANSIT: -refund.amount}
    _post(Kind.REFUND_APPROVED, f"refund_approved:{refund.code}", at, refund, amounts)


def refund_sent(refund, refund_id, at):
    amounts = {IN_TRANSIT: refund.amount, STRIPE: -refund.amount}
    _post(Kind.REFUND_SENT, f"refund_sent:{refund_id}", at, refund, amounts, source=refund_id)


def refund_returned(refund, at):
    """The bank sent a refund back: it is with Stripe again and still owed to the employer."""
    amounts = {STRIPE: refund.amount, IN_TRANSIT: -refund.amount}
    _post(Kind.REFUND_RETURNED, f"refund_returned:{refund.refund_id}", at, refund, amounts, source=refund.refund_id)


def refund_covered(refund, at):
    """The bank gave the money back by a card dispute: the refund that was on its way is not owed any more."""
    amounts = {IN_TRANSIT: refund.amount, DISPUTED: -refund.amount}
    _post(Kind.REFUND_COVERED, f"refund_covered:{refund.code}", at, refund, amounts)


def foreign_refunded(refund, at):
    """A payment that we had not asked for goes back: a person has looked."""
    amounts = {"suspense": refund.amount, IN_TRANSIT: -refund.amount}
    _post(Kind.FUNDING_EXPLAINED, f"foreign_refunded:{refund.code}", at, refund, amounts)


# --- Card disputes --------------------------------------------------------------------------------


def dispute_moved(dispute, txn, at):
    """Stripe took the amount and its fee from us, or gave the amount back: one of its balance transactions."""
    kind = Kind.DISPUTE_WITHDRAWN if txn.amount < 0 else Kind.DISPUTE_REINSTATED
    amounts = {DISPUTED: -txn.amount, "expense:dispute_fee": txn.fee, STRIPE: txn.net}
    _post(kind, f"dispute:{txn.id}", at, dispute, amounts, source=dispute.stripe_id)


def dispute_covered(split, at):
    """Lost: the employer has the money from the bank, so what was held for the engagement pays for it."""
    amounts = {held(split.engagement): split.refund_amount, DISPUTED: -split.refund_amount}
    _post(Kind.DISPUTE_COVERED, f"dispute_covered:{split.code}", at, split, amounts)


def dispute_lost(dispute, amount, at):
    """Lost, and nothing is held for it any more: approved work is paid, so we bear it."""
    amounts = {"loss:chargeback": amount, DISPUTED: -amount}
    _post(Kind.DISPUTE_LOST, f"dispute_lost:{dispute.stripe_id}", at, dispute, amounts)


# --- Stripe's book --------------------------------------------------------------------------------


def settled(run, net, at):
    """`net` minor units have become available since the last comparison."""
    key = f"settled:{run.pk}:{at.isoformat()}"
    post(kind=Kind.SETTLED, key=key, at=at, currency=run.currency, amounts={AVAILABLE: net, STRIPE: -net})


def suspense(txn, at):
    """Stripe's book has it and nobody here knows why."""
    _suspend(Kind.SUSPENSE, txn, at, {STRIPE: txn.suspense_amount, "suspense": -txn.suspense_amount})


def suspense_cleared(txn, at):
    """Our own posting of it came late: the one in suspense (or what a person had made of it) is taken back."""
    other = "loss:written_off" if txn.explanation else "suspense"
    _suspend(Kind.SUSPENSE_CLEARED, txn, at, {STRIPE: -txn.suspense_amount, other: txn.suspense_amount})


def suspense_written_off(txn, at):
    """A person has found out what it was: it leaves suspense as our gain or loss."""
    amounts = {"suspense": txn.suspense_amount, "loss:written_off": -txn.suspense_amount}
    _suspend(Kind.SUSPENSE_WRITTEN_OFF, txn, at, amounts)


def _suspend(kind, txn, at, amounts):
    post(kind=kind, key=f"{kind}:{txn.stripe_id}:{at.isoformat()}", at=at, currency=txn.currency, amounts=amounts)


def bank_moved(txn, at):
    """We took money out to our own bank account, or put some in; Stripe's own charges to us likewise."""
    other = FEE_EXPENSE if txn.type in STRIPE_CHARGES else "bank"
    amounts = {other: -txn.net, STRIPE: txn.net}
    key = f"bank:{txn.stripe_id}"
    post(kind=Kind.BANK, key=key, at=at, currency=txn.currency, amounts=amounts, source=txn.source)


STRIPE_CHARGES = ("stripe_fee", "tax_fee", "network_cost")


def _post(kind, key, at, row, amounts, **more):
    """`row`: the Funding, Payout, Refund, Reversal, Split or CardDispute that this is about."""
    about = getattr(row, "payout", None) or getattr(row, "funding", None) or row
    engagement = getattr(row, "engagement", None) or about.engagement
    post(kind=kind, key=key, at=at, currency=row.currency, amounts=amounts, engagement=engagement, **more)
