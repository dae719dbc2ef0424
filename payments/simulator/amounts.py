"""Minor units in words."""

ZERO_DECIMAL = {"jpy"}
SIGNS = {"usd": "$", "eur": "€", "gbp": "£"}


def money(amount, currency):
    """1234, "usd" -> "$12.34"; a currency without a sign is named."""
    sign, minus = SIGNS.get(currency, ""), "-" if amount < 0 else ""
    text = f"{abs(amount):,}" if currency in ZERO_DECIMAL else f"{abs(amount) / 100:,.2f}"
    return f"{minus}{sign}{text}" if sign else f"{minus}{text} {currency.upper()}"
