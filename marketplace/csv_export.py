"""Tables as CSV files: RFC 4180, UTF-8 with a byte order mark (Excel needs it), streamed row by row.

Names and titles are written by strangers, and a spreadsheet runs a cell that begins like a formula
(https://owasp.org/www-community/attacks/CSV_Injection). Such text gets a leading apostrophe; numbers stay numbers.
"""

import csv
import unicodedata
from datetime import date, datetime
from decimal import Decimal

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from marketplace.money import exponent

BYTE_ORDER_MARK = "\ufeff"
FORMULA_SIGNS = tuple("=+-@\t\r\n" + "\uff1d\uff0b\uff0d\uff20")  # the last four: their full-width forms
LONGEST_NAME = 100


def csv_response(name, header, rows):
    """A download of `rows` (any iterable, read as it is sent). `name`: parts of the file name, without extension."""
    response = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{file_name(*name)}.csv")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def csv_lines(header, rows):
    """The file, line by line as text. Text is quoted and numbers are not, so that no comma or semicolon splits it."""
    writer = csv.writer(Echo(), quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    yield BYTE_ORDER_MARK + writer.writerow(header)
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def cell(value):
    """What is written for a value: ISO dates in the active zone, numbers as they are, text that no program runs."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, Decimal)):
        return value
    return harmless(str(value))


def harmless(text):
    """One line of text, with an apostrophe where a spreadsheet could take it for a formula.

    Invisible characters in front are looked through: some programs trim them before they decide.
    """
    shown = text.lstrip("".join(sign for sign in set(text) if is_blank(sign) and sign not in FORMULA_SIGNS))
    flat = " ".join(text.replace("\x00", "").splitlines())
    return f"'{flat}" if shown.startswith(FORMULA_SIGNS) else flat


def is_blank(sign):
    return sign.isspace() or unicodedata.category(sign)[0] == "C"


def plain_amount(amount, currency):
    """`48050, "usd"` → Decimal("480.50"): no symbol, no thousands separator; the currency is a column of its own."""
    return Decimal(amount).scaleb(-exponent(currency))


def file_name(*parts):
    """ASCII letters, digits and hyphens only: safe in a header, on every disk and in a shell."""
    return slugify("-".join(str(part) for part in parts))[:LONGEST_NAME].strip("-") or "export"


class Echo:
    """csv.writer wants a file; this one hands the line back."""

    def write(self, line):
        return line
