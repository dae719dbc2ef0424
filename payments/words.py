"""Money's states in words that the reader can act on."""

from payments.models import PayoutAccount

Transfers = PayoutAccount.TransfersStatus
HOLD = {
    Transfers.UNREQUESTED: "Stripe needs your bank details first. It takes about five minutes.",
    Transfers.PENDING: "Stripe is checking your details. This usually takes minutes, sometimes a day or two.",
    Transfers.RESTRICTED: "Stripe needs more information from you before it can pay you.",
    Transfers.REJECTED: "Stripe has refused your account. Write to us and we will find another way to pay you.",
    Transfers.UNSUPPORTED: "Stripe cannot pay to your country yet. Write to us and we will find another way.",
    Transfers.CLOSED: "Your Stripe account was closed. Write to us and we will set up a new one with you.",
}


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
