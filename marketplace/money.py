"""Money is an integer of minor units plus a lower-case ISO 4217 code. No float, no Decimal in storage."""

import re
from decimal import ROUND_HALF_UP, Decimal

SYMBOLS = {"usd": "$", "cad": "CA$", "eur": "€", "gbp": "£", "jpy": "¥"}
WHOLE = r"([0-9]{1,18}|[1-9][0-9]{0,2}(,[0-9]{3}){1,5})"  # a comma stands before three digits, never before cents
AMOUNT = re.compile(rf"-?{WHOLE}(\.[0-9]{{0,6}})?|-?\.[0-9]{{1,6}}")  # no "1e99999", "NaN" or "Infinity"
ZERO_DECIMAL = {"jpy", "krw", "vnd", "clp"}  # https://docs.stripe.com/currencies#zero-decimal


def exponent(currency):
    """How many minor-unit digits the currency has: 2 for usd, 0 for jpy."""
    return 0 if currency in ZERO_DECIMAL else 2


def format_money(amount, currency, *, trim=True):
    """`48000, "usd"` → "$480"; `48050` → "$480.50". `trim=False` keeps the zero cents, for tables."""
    digits = exponent(currency)
    sign, units = ("-" if amount < 0 else ""), abs(amount)
    whole, rest = divmod(units, 10**digits)
    text = f"{whole:,}" if not digits or (trim and not rest) else f"{whole:,}.{rest:0{digits}d}"
    symbol = SYMBOLS.get(currency)
    return f"{sign}{symbol}{text}" if symbol else f"{sign}{text} {currency.upper()}"


def parse_money(text, currency):
    """ "$1,200.50" → 120050. Raises ValueError for anything that is not an amount with at most the minor digits."""
    cleaned = str(text).strip().lstrip("$€£¥").strip()
    if not AMOUNT.fullmatch(cleaned):
        raise ValueError("not an amount")
    units = Decimal(cleaned.replace(",", "")) * 10 ** exponent(currency)
    if units != units.to_integral_value():
        raise ValueError("too many decimals")
    return int(units)


def percent(amount, basis_points):
    """`basis_points` of `amount`, rounded half up to a whole minor unit."""
    return int((Decimal(amount) * basis_points / 10_000).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def split_largest_remainder(total, weights):
    """Split `total` minor units by `weights` so that the parts sum to it exactly (largest remainder)."""
    whole = sum(weights)
    if total < 0 or whole <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("a split needs a total >= 0 and weights >= 0 with a positive sum")
    floors = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(floors)]:
        floors[i] += 1
    return floors
