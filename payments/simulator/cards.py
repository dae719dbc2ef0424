"""Stripe's published test cards and test bank accounts.

https://docs.stripe.com/testing and https://docs.stripe.com/payments/ach-direct-debit/accept-a-payment#test-integration
"""

from typing import NamedTuple


class Card(NamedTuple):
    number: str
    what: str  # in the words of the page
    code: str = ""  # error code of a decline
    decline: str = ""
    message: str = ""
    challenge: bool = False  # 3-D Secure
    after: str = ""  # what follows a successful payment
    brand: str = "visa"
    country: str = "US"

    @property
    def spaced(self):
        return " ".join(self.number[i : i + 4] for i in range(0, len(self.number), 4))

    @property
    def last4(self):
        return self.number[-4:]


DECLINED, POOR = "Your card was declined.", "Your card has insufficient funds."
EXPIRED, WRONG_CVC = "Your card has expired.", "Your card's security code is incorrect."
UNLUCKY = "An error occurred while processing your card. Try again in a little bit."
TOO_OFTEN = "Your card was declined for making repeated attempts too frequently or exceeding its amount limit."
CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242", "Succeeds"),
        Card("4000056655665556", "Succeeds (debit)"),
        Card("5555555555554444", "Succeeds (Mastercard)", brand="mastercard"),
        Card("378282246310005", "Succeeds (American Express)", brand="amex"),
        Card("6011111111111117", "Succeeds (Discover)", brand="discover"),
        Card("4000000000000077", "Succeeds, available at once", after="available"),
        Card("4000000000000002", "Declined", "card_declined", "generic_decline", DECLINED),
        Card("4000000000009995", "Declined: insufficient funds", "card_declined", "insufficient_funds", POOR),
        Card("4000000000009987", "Declined: lost card", "card_declined", "lost_card", DECLINED),
        Card("4000000000009979", "Declined: stolen card", "card_declined", "stolen_card", DECLINED),
        Card("4000000000000069", "Declined: expired", "expired_card", "expired_card", EXPIRED),
        Card("4000000000000127", "Declined: wrong CVC", "incorrect_cvc", "incorrect_cvc", WRONG_CVC),
        Card("4000000000000119", "Declined: processing error", "processing_error", "processing_error", UNLUCKY),
        Card("4000000000006975", "Declined: too often", "card_declined", "card_velocity_exceeded", TOO_OFTEN),
        Card("4000002760003184", "Asks for 3-D Secure", challenge=True, country="DE"),
        Card("4000002500003155", "Asks for 3-D Secure", challenge=True),
        Card("4000000000003220", "Asks for 3-D Secure", challenge=True),
        Card("4000000000003055", "3-D Secure not asked for"),
        Card("4000008400001629", "3-D Secure, then declined", "card_declined", "generic_decline", DECLINED, True),
        Card("4000008260003178", "3-D Secure, then no funds", "card_declined", "insufficient_funds", POOR, True),
        Card("4000000000000259", "Succeeds, then disputed as fraud", after="fraud"),
        Card("4000000000002685", "Succeeds, then disputed as not received", after="not_received"),
        Card("4000000000001976", "Succeeds, then an inquiry", after="inquiry"),
        Card("4000000000005423", "Succeeds, then an early fraud warning", after="warning"),
        Card("4000000000007726", "Succeeds; a refund stays pending a while", after="refund_pending"),
        Card("4000000000005126", "Succeeds; a refund fails later", after="refund_fails"),
    )
}

ROUTING_NUMBER = "110000000"


class Bank(NamedTuple):
    number: str
    what: str
    code: str = ""  # why a debit fails, or a payout to it
    message: str = ""
    after: str = ""  # what follows a debit that succeeded


BANKS = {
    bank.number: bank
    for bank in (
        Bank("000123456789", "Succeeds"),
        Bank("000222222227", "Fails: insufficient funds", "insufficient_funds", "The account has insufficient funds."),
        Bank("000111111113", "Fails: account closed", "account_closed", "The bank account has been closed."),
        Bank("000111111116", "Fails: no such account", "no_account", "The bank account could not be found."),
        Bank("000333333335", "Fails: debit not authorized", "debit_not_authorized", "The debit was not authorized."),
        Bank("000444444440", "Fails: invalid currency", "invalid_currency", "The account does not take this currency."),
        Bank("000555555559", "Succeeds, then disputed", after="debit_dispute"),
        Bank("000000000009", "Stays in processing", after="stays"),
    )
}
# Where a payout may be sent: https://docs.stripe.com/connect/testing#account-numbers
PAYOUT_BANKS = {number: bank for number, bank in BANKS.items() if not bank.after}


def card_for(number):
    """The card, or a decline that explains why not: only test numbers work here."""
    digits = "".join(character for character in number if character.isdigit())
    if digits in CARDS:
        return CARDS[digits]
    if not passes_luhn(digits):
        return Card(digits, "", "incorrect_number", "incorrect_number", "Your card number is incorrect.")
    message = "Your card was declined. This is a simulation: only test cards work here."
    return Card(digits, "", "card_declined", "test_mode_live_card", message)


def passes_luhn(digits):
    if not 12 <= len(digits) <= 19:
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
