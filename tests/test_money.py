"""Amounts as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.money import format_money, parse_money


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("480", 48_000), ("480.5", 48_050), ("$1,200.50", 120_050), (" $ 7 ", 700), (".5", 50), ("480.", 48_000),
        ("-3", -300), ("480.500", 48_050),
        ("1,200", 120_000), ("$1,234,567.8", 123_456_780),
    ],
)  # fmt: skip
def test_what_is_an_amount(typed, amount):
    assert parse_money(typed, "usd") == amount


@pytest.mark.parametrize(
    "typed",
    [
        "", "much", "480.505", "1e3", "1e999999", "1e-999999", "NaN", "Infinity", "9" * 40, "4 80", "٣", "480\x00",
        "--3", "1.2.3", "$",
        "1,20", "400,50", "1200,50", "1,2000", "0,500", ",500", "1,", "1,,200", "1.200,50", "12,34,567",
    ],
)  # fmt: skip
def test_what_is_none(typed):
    with pytest.raises(ValueError, match="."):
        parse_money(typed, "usd")


@given(st.integers(min_value=-(10**12), max_value=10**12), st.sampled_from(["usd", "eur", "jpy"]))
def test_what_we_write_we_read(amount, currency):
    text = format_money(abs(amount), currency)
    assert parse_money(text, currency) == abs(amount)
