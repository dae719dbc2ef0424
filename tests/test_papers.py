"""Papers as PDFs: every letter or a visible stand-in, the same bytes for the same paper, nothing private in it."""

import warnings

import pypdfium2
import pytest

from marketplace.papers.lettering import HAN, KOREAN, MISSING, REGULAR, runs
from marketplace.papers.paper import Column, Paper, Party, Row, Table
from marketplace.papers.typesetting import pdf_of

COLUMNS = (Column("What for", wide=True), Column("Amount", numeric=True))


def make_paper(*texts, rows=1, **fields):
    table = Table(
        COLUMNS, tuple(Row((text, "$480.00"), note=f"Line {n}") for n in range(rows) for text in texts or ["Fee"])
    )
    defaults = {
        "site": "Proofwork", "kind": "Invoice", "title": "INV-2026-000001", "stamp": "Paid", "tables": (table,),
        "parties": (Party("Billed to", "Acme Analytics", ("1 Market Street",)),), "facts": (("Date", "2 March 2026"),),
    }  # fmt: skip
    return Paper(**(defaults | fields))


def pages_of(content):
    document = pypdfium2.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_range() for page in document], document.get_metadata_dict()
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            document.close()


def test_all_that_it_says_can_be_read():
    (text,), _ = pages_of(pdf_of(make_paper("Fee for Zoë Ødegård, Дмитрий, Ωμέγα, Nguyễn", notes=("Thank you.",))))
    for words in (
        "Proofwork", "Invoice", "INV-2026-000001", "Paid", "Acme Analytics", "1 Market Street", "2 March 2026",
        "Zoë Ødegård, Дмитрий, Ωμέγα, Nguyễn", "$480.00", "Thank you.", "Page 1 of 1",
    ):  # fmt: skip
        assert words in text


def test_the_same_paper_is_the_same_file_and_tells_nothing_of_its_making():
    first, again = pdf_of(make_paper("李明")), pdf_of(make_paper("李明"))
    assert first == again
    _, metadata = pages_of(first)
    assert metadata["Title"] == "Invoice INV-2026-000001"
    assert (metadata["Author"], metadata["Creator"]) == ("Proofwork", "Proofwork")
    assert metadata["CreationDate"].startswith("D:20000101")


def test_other_scripts_have_their_own_font():
    assert runs("Li 李かな김", REGULAR) == [("", "Li "), (HAN, "李かな"), (KOREAN, "김")]


@pytest.mark.parametrize("name", ["محمد", "דוד", "प्रिया", "🦊", "\ue000"])
def test_a_letter_without_a_glyph_shows_that_it_is_missing(name):
    assert set(runs(name, REGULAR)[0][1]) <= {MISSING, " "}
    (text,), _ = pages_of(pdf_of(make_paper(name)))
    assert "stands for a letter that this document cannot show" in text


@pytest.mark.parametrize(
    "name", ["<b>Bold & Sons</b>", "<img src='x'/>", "</para>", "&amp;", "\x00\x1b\u202eevil", "x" * 400, ""]
)
def test_names_are_text_and_never_markup(name):
    content = pdf_of(make_paper(name, parties=(Party("For", name, (name,)),), title=name or "-", footer=name))
    (text,), _ = pages_of(content)
    assert "".join(sign for sign in name if sign.isprintable())[:20] in text
    assert "stands for a letter" not in text


def test_a_long_table_repeats_its_head_and_counts_its_pages():
    pages, _ = pages_of(pdf_of(make_paper("Fee", rows=120)))
    assert len(pages) > 2
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert "What for" in text


def test_many_wide_figures_fit_the_page():
    columns = (Column("Month", wide=True), *(Column(f"Sum {n}", numeric=True) for n in range(7)))
    table = Table(columns, (Row(("September", *["$12,345,678.00"] * 7), strong=True),))
    (text,), _ = pages_of(pdf_of(make_paper(tables=(table,))))
    assert text.count("$12,345,678.00") == 7


def test_an_empty_table_says_so():
    (text,), _ = pages_of(pdf_of(make_paper(tables=(Table(COLUMNS, (), empty="Nothing moved."),))))
    assert "Nothing moved." in text
