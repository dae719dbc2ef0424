"""A Paper as a PDF: US Letter, one column, numbered pages.

The same paper gives the same bytes (`invariant`): no date of making and no name of a person or machine in it.
"""

from io import BytesIO

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, HRFlowable, KeepTogether, PageTemplate, Paragraph, Spacer
from reportlab.platypus import Table as Grid

from marketplace.papers.lettering import BOLD, MISSING, REGULAR, clean, markup, register, shown

INK, MUTED, BRAND, LINE, SOFT = (HexColor(f"#{code}") for code in ("1B1E26", "575E6B", "3546C9", "E2E2DB", "F5F5F1"))
SUCCESS = HexColor("#0F6B45")
MARGIN, FOOT, GAP = 54, 60, 8
WIDTH = letter[0] - 2 * MARGIN
MISSED = f"{MISSING} stands for a letter that this document cannot show. The page that it was made from shows all."


def style(size, leading, color=INK, *, bold=False, right=False, **more):
    return ParagraphStyle(
        f"{size}{bold}{right}", fontName=BOLD if bold else REGULAR, fontSize=size, leading=leading, textColor=color,
        alignment=TA_RIGHT if right else 0, splitLongWords=1, **more,
    )  # fmt: skip


SITE, KIND, STAMP = (
    style(15, 19, BRAND, bold=True),
    style(20, 26, bold=True, right=True),
    style(9, 12, SUCCESS, bold=True),
)
TITLE = style(11, 15, MUTED, right=True)
LABEL, TEXT, NOTE, STRONG = style(8, 11, MUTED), style(9.5, 13.5), style(8.5, 12, MUTED), style(9.5, 13.5, bold=True)
HEADING = style(12, 16, bold=True)


def pdf_of(paper):
    """The bytes of the PDF."""
    register()
    out = BytesIO()
    document = BaseDocTemplate(
        out, pagesize=letter, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=FOOT,
        title=clean(paper.name), author=clean(paper.site), creator=clean(paper.site), lang="en-US", invariant=1,
    )  # fmt: skip
    frame = Frame(MARGIN, FOOT, WIDTH, letter[1] - MARGIN - FOOT, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate("page", [frame])])
    document.build(story(paper), canvasmaker=canvas_with(paper))
    return out.getvalue()


def story(paper):
    parts = [head(paper), HRFlowable("100%", 1, color=LINE, spaceBefore=12, spaceAfter=16), about(paper)]
    for table in paper.tables:
        parts += [Spacer(0, 20), *set_table(table)]
    notes = [Paragraph(markup(note), NOTE) for note in paper.notes]
    if MISSING in repr([part_text(paper)]):
        notes.append(Paragraph(markup(MISSED), NOTE))
    if notes:
        spaced = [item for note in notes for item in (note, Spacer(0, 5))]
        parts += [Spacer(0, 22), KeepTogether(spaced)]
    return parts


def part_text(paper):
    """All that is set in letters, as markup: to know whether any of them is missing."""
    cells = [cell for table in paper.tables for row in (*table.rows, *table.sums) for cell in (*row.cells, row.note)]
    people = [text for party in paper.parties for text in (party.name, *party.lines)]
    return markup(" ".join([*cells, *people, *(value for _label, value in paper.facts), paper.title]))


def head(paper):
    """Who it is from on the left, what it is on the right."""
    left = [Paragraph(markup(paper.site, bold=True), SITE)]
    left += [Paragraph(markup(line), NOTE) for line in paper.site_lines]
    right = [Paragraph(markup(paper.kind, bold=True), KIND), Paragraph(markup(paper.title), TITLE)]
    if paper.stamp:
        right += [Spacer(0, 6), stamp(paper.stamp)]
    return Grid([[left, right]], colWidths=[WIDTH * 0.5, WIDTH * 0.5], style=PLAIN)


def stamp(word):
    """ "Paid", in a frame at the right edge."""
    width = stringWidth(shown(word), BOLD, 9) + 20
    box = Grid([[Paragraph(markup(word, bold=True), STAMP)]], colWidths=[width])
    box.setStyle([
        ("BOX", (0, 0), (-1, -1), 1, SUCCESS), ("ROUNDEDCORNERS", [4, 4, 4, 4]), ("LEFTPADDING", (0, 0), (-1, -1), 10),
        ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ])  # fmt: skip
    return Grid([["", box]], colWidths=[WIDTH * 0.5 - width, width], style=PLAIN)


def about(paper):
    """The parties beside each other, then the facts as a column of their own."""
    columns = [party_block(party) for party in paper.parties]
    if paper.facts:
        rows = [[Paragraph(markup(label), LABEL), Paragraph(markup(value), TEXT)] for label, value in paper.facts]
        width = WIDTH / (len(columns) + 1)
        columns.append(Grid(rows, colWidths=[width * 0.36, width * 0.64], style=FACTS))
    return Grid([columns], colWidths=[WIDTH / len(columns)] * len(columns), style=PLAIN) if columns else Spacer(0, 0)


def party_block(party):
    lines = [Paragraph(markup(line), TEXT) for line in party.lines if line]
    return [Paragraph(markup(party.label), LABEL), Paragraph(markup(party.name, bold=True), STRONG), *lines]


def set_table(table):
    """Heading and grid; the heading row repeats on every page."""
    parts = [Paragraph(markup(table.title, bold=True), HEADING), Spacer(0, 6)] if table.title else []
    if not table.rows and not table.sums:
        return [*parts, Paragraph(markup(table.empty), NOTE)]
    widths, size = measure(table)
    rows = [heading_row(table.columns, size)]
    rows += [grid_row(table.columns, row, size) for row in (*table.rows, *table.sums)]
    grid = Grid(rows, colWidths=widths, repeatRows=1, style=LINES)
    for position, row in enumerate((*table.rows, *table.sums), start=1):
        if row.strong:
            grid.setStyle([("BACKGROUND", (0, position), (-1, position), SOFT)])
    return [*parts, grid]


def measure(table):
    """(column widths, type size): the largest size at which every column but the wide ones fits on one line."""
    wide = [place for place, column in enumerate(table.columns) if column.wide]
    for size in (9.5, 9, 8.5, 8, 7.5, 7, 6.5, 6):
        widths = [0 if place in wide else natural_width(table, place, size) for place in range(len(table.columns))]
        left = WIDTH - sum(widths)
        if left >= 110 * len(wide):
            break
    shares = wide or range(len(widths))
    for place in shares:
        widths[place] += max(left, 60 * len(wide)) / len(shares)
    return widths, size


def natural_width(table, place, size):
    cells = [row.cells[place] for row in (*table.rows, *table.sums)]
    longest = max((stringWidth(shown(cell), BOLD, size) for cell in cells), default=0)
    return max(longest, stringWidth(shown(table.columns[place].label), REGULAR, min(size, 8))) + 2 * GAP + 1


def heading_row(columns, size):
    size = min(size, 8)
    return [Paragraph(markup(c.label), style(size, size + 3, MUTED, right=c.numeric)) for c in columns]


def grid_row(columns, row, size):
    """The note stands in the first wide column."""
    noted = next((place for place, column in enumerate(columns) if column.wide), 0)
    cells = []
    for place, (column, text) in enumerate(zip(columns, row.cells, strict=True)):
        look = style(size, size + 4, bold=row.strong, right=column.numeric)
        cell = [Paragraph(markup(text, bold=row.strong), look)]
        if row.note and place == noted:
            cell.append(Paragraph(markup(row.note), style(size - 1, size + 2.5, MUTED)))
        cells.append(cell)
    return cells


def canvas_with(paper):
    """A Canvas that holds its pages back until their number is known."""

    class Numbered(Canvas):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.pages = []

        def showPage(self):
            self.pages.append(dict(self.__dict__))
            self._startPage()

        def save(self):
            for number, page in enumerate(self.pages, start=1):
                self.__dict__.update(page)
                draw_footer(self, paper, number, len(self.pages))
                super().showPage()
            super().save()

    return Numbered


def draw_footer(canvas, paper, number, count):
    canvas.setStrokeColor(LINE)
    canvas.line(MARGIN, FOOT - 14, MARGIN + WIDTH, FOOT - 14)
    words = Paragraph(markup(paper.footer), LABEL)
    words.wrapOn(canvas, WIDTH * 0.75, 30)
    words.drawOn(canvas, MARGIN, FOOT - 28)
    canvas.setFont(REGULAR, 8)
    canvas.setFillColor(MUTED)
    canvas.drawRightString(MARGIN + WIDTH, FOOT - 25.5, f"Page {number} of {count}")


ALL, FIRST, LAST = [(0, 0), (-1, -1)], [(0, 0), (0, -1)], [(-1, 0), (-1, -1)]
PLAIN = [
    ("VALIGN", *ALL, "TOP"), ("LEFTPADDING", *ALL, 0), ("RIGHTPADDING", *ALL, GAP), ("TOPPADDING", *ALL, 0),
    ("BOTTOMPADDING", *ALL, 0), ("RIGHTPADDING", *LAST, 0),
]  # fmt: skip
FACTS = [*PLAIN, ("BOTTOMPADDING", *ALL, 2), ("TOPPADDING", *FIRST, 1)]
LINES = [
    ("VALIGN", *ALL, "TOP"), ("LINEBELOW", (0, 0), (-1, 0), 1, MUTED), ("LINEBELOW", (0, 1), (-1, -1), 0.5, LINE),
    ("LEFTPADDING", *ALL, GAP), ("RIGHTPADDING", *ALL, GAP), ("TOPPADDING", *ALL, 3), ("BOTTOMPADDING", *ALL, 3.5),
]  # fmt: skip
