"""Names that people, and people who should not, give to files."""

import pytest

from marketplace.files.naming import LONGEST, clean_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\robin\\cv.docx", "cv.docx"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\x00b\nc.pdf", "abc.pdf"),
        ('<b>"x"|?*.pdf', "bx.pdf"),
        ("  spaced   out .pdf", "spaced out .pdf"),
        (".pdf", "pdf"),
        ("", "file"),
        (None, "file"),
        ("Übung.pdf", "Übung.pdf"),
    ],
)
def test_a_name_is_made_harmless(given, kept):
    assert clean_name(given) == kept


def test_a_long_name_keeps_its_extension():
    cleaned = clean_name("x" * 500 + ".docx")
    assert len(cleaned) == LONGEST
    assert cleaned.endswith("x.docx")
