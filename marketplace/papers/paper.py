"""What a paper says, in the order in which it is read. All of it is finished text: amounts and dates are formatted."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Party:
    """Who is on the paper: "From", "For", "Paid by"."""

    label: str
    name: str
    lines: tuple = ()


@dataclass(frozen=True)
class Column:
    label: str
    numeric: bool = False
    wide: bool = False  # takes the room that the others leave


@dataclass(frozen=True)
class Row:
    """One cell per column. `note` stands small under the widest cell; `strong` for sums."""

    cells: tuple
    note: str = ""
    strong: bool = False
    link: str = ""  # pages only: where the widest cell leads


@dataclass(frozen=True)
class Table:
    columns: tuple
    rows: tuple
    title: str = ""
    sums: tuple = ()  # Rows below the line
    empty: str = ""  # said where there are no rows

    @property
    def lines(self):
        """[(Row, [(Column, text)])], sums last: what a template walks through."""
        return [(row, list(zip(self.columns, row.cells, strict=True))) for row in (*self.rows, *self.sums)]


@dataclass(frozen=True)
class Paper:
    site: str
    kind: str  # "Invoice"
    title: str  # "INV-2026-000123", "March 2026"
    stamp: str = ""  # "Paid"
    parties: tuple = ()
    facts: tuple = ()  # (label, value)
    tables: tuple = ()
    notes: tuple = ()
    footer: str = ""  # on every page, beside its number
    site_lines: tuple = field(default=())  # who issues it, under the site's name

    @property
    def name(self):
        return f"{self.kind} {self.title}"
