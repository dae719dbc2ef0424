"""CSV files: what a spreadsheet reads back, and what it must never run."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from marketplace.csv_export import FORMULA_SIGNS, csv_lines, csv_response, file_name, harmless, plain_amount

HOSTILE = [
    "=HYPERLINK(\"http://evil.example\",\"Click\")", "+1+1", "-2+3+cmd|' /C calc'!A0", "@SUM(A1:A9)", "\t=1+1", "\r=1",
    "\n=1", "＝1+1", "＋1", "－1", "＠A1", "   =1+1", "\u200b=1", "\ufeff=1", "\x00=1",
]  # fmt: skip


def read(header, rows):
    text = "".join(csv_lines(header, rows))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text(name):
    assert harmless(name).startswith("'")


@pytest.mark.parametrize("name", ["Acme; Analytics", 'O\'Brien & "Sons"', "2 + 2", "a=b", "李明", "", "'=1"])
def test_a_harmless_name_is_left_alone(name):
    assert harmless(name) == name


def test_numbers_stay_numbers_and_dates_are_iso():
    berlin = ZoneInfo("Europe/Berlin")
    with timezone.override(berlin):
        rows = read(
            ["a"], [[Decimal("-48.00"), -3, None, True, date(2026, 3, 2), datetime(2026, 3, 1, 23, tzinfo=UTC)]]
        )
    assert rows[1] == ["-48.00", "-3", "", "yes", "2026-03-02", "2026-03-02T00:00:00+01:00"]


def test_a_line_is_as_rfc_4180_says():
    lines = list(csv_lines(["Name", "Amount"], [['Say "hi", now\nplease', Decimal("1234.50")]]))
    assert lines == ['\ufeff"Name","Amount"\r\n', '"Say ""hi"", now please",1234.50\r\n']


@given(st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=2), max_size=4))
def test_any_text_comes_back_in_its_own_cell(rows):
    found = read(["a", "b"], rows)
    assert [len(row) for row in found] == [2] * (len(rows) + 1)
    for written, seen in zip(rows, found[1:], strict=True):
        for text, shown in zip(written, seen, strict=True):
            assert not shown.startswith(FORMULA_SIGNS)
            assert shown.removeprefix("'").split() == harmless(text).removeprefix("'").split()


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(48_050, "usd", "480.50"), (0, "usd", "0.00"), (-5, "usd", "-0.05"), (500, "jpy", "500"),
     (10**15, "usd", "10000000000000.00")],
)  # fmt: skip
def test_amounts_are_plain(minor, currency, text):
    assert str(plain_amount(minor, currency)) == text


def test_the_file_has_a_safe_name():
    assert file_name('Acme/../"; rm -rf', "＝é", 2026) == "acme-rm-rf-e-2026"
    assert file_name("李明") == "export"
    assert len(file_name("x" * 500)) == 100


def test_the_answer_is_a_private_stream():
    read_so_far = []

    def rows():
        for number in range(3):
            read_so_far.append(number)
            yield [number]

    response = csv_response(["acme", "2026"], ["n"], rows())
    assert read_so_far == []
    assert b"".join(response.streaming_content) == b'\xef\xbb\xbf"n"\r\n0\r\n1\r\n2\r\n'
    headers = ["Content-Type", "Content-Disposition", "Cache-Control", "X-Content-Type-Options"]
    assert [response[name] for name in headers] == [
        "text/csv; charset=utf-8", 'attachment; filename="acme-2026.csv"', "private, no-store", "nosniff",
    ]  # fmt: skip
