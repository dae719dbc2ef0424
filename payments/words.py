"""Money's states in words that the reader can act on."""

from payments.models import PayoutAccount

Transfers = PayoutAccount.TransfersStatus
HOLD = {
    Transfers.UNREQUESTED: "Stripe needs your bank details first. It takes about five minutes.",
    Transfers.PENDING: "Stripe is checking your details. This usually takes minutes, sometimes a day or two.",
    Transfers.RESTRICTED: "Stripe needs more information from you before it can pay you.",
    Transfers.REJECTED: "Stripe has refused your account. Write to us and we will find another way to pay you.",
    Transfers.UNSUPPORTED: "Stripe cannot pay to your country yet. Write to us and we will find another way.",
    Transfers.CLOSED: "Your Stripe account was closed. Set up a new one and what is yours is sent there.",
}
OUR_FAULT = "Something went wrong on our side and we are looking into it. You do not have to do anything."
FROZEN = "We are checking our books and send nothing until that is done. You do not have to do anything."
DISPUTED_BY_BANK = (
    "The organization's bank is asking about its payment. Your money is sent when the bank has decided, whatever it "
    "decides. You do not have to do anything."
)


def hold_reason(account):
    """Why the student cannot be paid now, and what to do. `account`: a PayoutAccount or None."""
    return HOLD.get(account.transfers_status if account else Transfers.UNREQUESTED, HOLD[Transfers.PENDING])


# The paths of Stripe's requirements, as a student would say them.
REQUIREMENTS = {
    "dob": "your date of birth",
    "address": "your address",
    "name": "your legal name",
    "given_name": "your legal name",
    "surname": "your legal name",
    "external_account": "a bank account or debit card",
    "verification": "an identity document",
    "document": "an identity document",
    "id_number": "your Social Security number",
    "id_numbers": "your Social Security number",
    "ssn_last_4": "the last four digits of your Social Security number",
    "phone": "your phone number",
    "email": "your e-mail address",
    "tos_acceptance": "your agreement to Stripe's terms",
}


def requirement_words(descriptions):
    """["individual.dob", …] → ["your date of birth", …], each once; what we have no words for is left to Stripe."""
    found = []
    for description in descriptions:
        parts = description.replace(":", ".").split(".")
        words = next((REQUIREMENTS[part] for part in parts if part in REQUIREMENTS), "a detail that Stripe will name")
        if words not in found:
            found.append(words)
    return found


# https://docs.stripe.com/api/payouts/failures
BANK_FAILURES = {
    "account_closed": "the account is closed",
    "account_frozen": "the account is frozen",
    "bank_account_restricted": "the account does not take such payments",
    "debit_not_authorized": "the bank does not allow it",
    "could_not_process": "the bank could not process it",
    "incorrect_account_holder_name": "the name is not that of the account's holder",
    "incorrect_account_type": "it is another type of account",
    "invalid_account_number": "the account number is not valid",
    "invalid_currency": "the account is in another currency",
    "no_account": "there is no such account",
}


def bank_failure(code):
    """Why a bank refused a payout."""
    return BANK_FAILURES.get(code, "the bank gave no reason")
