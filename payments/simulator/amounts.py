"""Currencies, and minor units in words."""

from .errors import invalid

CURRENCIES = ("usd", "eur", "gbp", "cad", "aud", "chf", "sek", "jpy")
ZERO_DECIMAL = {"jpy"}
SIGNS = {"usd": "$", "eur": "€", "gbp": "£"}


def must_be_currency(currency, param="currency"):
    """Raises ApiError 400 for a currency that is not dealt in here."""
    if currency not in CURRENCIES:
        raise invalid(f"Invalid currency: {currency}.", param=param)


def money(amount, currency):
    """1234, "usd" -> "$12.34"; a currency without a sign is named."""
    sign, minus = SIGNS.get(currency, ""), "-" if amount < 0 else ""
    text = f"{abs(amount):,}" if currency in ZERO_DECIMAL else f"{abs(amount) / 100:,.2f}"
    return f"{minus}{sign}{text}" if sign else f"{minus}{text} {currency.upper()}"
