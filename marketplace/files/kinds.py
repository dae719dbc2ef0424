"""Which files are accepted, for which purpose, and how each is called."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One accepted format. `opener` names the parser of `checking.py` that really opens it."""

    extension: str
    content_type: str
    label: str
    opener: str


OOXML = "application/vnd.openxmlformats-officedocument"
KINDS = {
    kind.extension: kind
    for kind in [
        Kind(".pdf", "application/pdf", "PDF", "pdf"),
        Kind(".png", "image/png", "PNG image", "image"),
        Kind(".jpg", "image/jpeg", "JPEG image", "image"),
        Kind(".webp", "image/webp", "WebP image", "image"),
        Kind(".heic", "image/heic", "HEIC photo", "image"),
        Kind(".docx", f"{OOXML}.wordprocessingml.document", "Word document", "office"),
        Kind(".xlsx", f"{OOXML}.spreadsheetml.sheet", "Excel workbook", "office"),
        Kind(".pptx", f"{OOXML}.presentationml.presentation", "PowerPoint presentation", "office"),
        Kind(".csv", "text/csv; charset=utf-8", "CSV table", "text"),
        Kind(".txt", "text/plain; charset=utf-8", "Text", "text"),
        Kind(".md", "text/markdown; charset=utf-8", "Markdown text", "text"),
        Kind(".zip", "application/zip", "ZIP archive", "zip_archive"),
    ]
}
SAME_AS = {".jpeg": ".jpg", ".jpe": ".jpg", ".heif": ".heic", ".markdown": ".md"}
DRAWN_AS = {".heic": ".jpg"}  # what no browser but Safari shows is kept as what all of them do

# What people try most often and why it is not accepted, with the way out.
REFUSED = {
    ".svg": "SVG drawings can carry scripts. Export it as PDF or PNG.",
    ".html": "Web pages can carry scripts. Send a link instead, or print it to PDF.",
    ".htm": "Web pages can carry scripts. Send a link instead, or print it to PDF.",
    ".avif": "AVIF images are not accepted. Save it as JPEG or PNG.",
    ".doc": "This is the old Word format. Save it as .docx or PDF.",
    ".xls": "This is the old Excel format. Save it as .xlsx or PDF.",
    ".ppt": "This is the old PowerPoint format. Save it as .pptx or PDF.",
    ".docm": "Documents with macros are not accepted. Save it as .docx without macros.",
    ".xlsm": "Workbooks with macros are not accepted. Save it as .xlsx without macros.",
    ".pptm": "Presentations with macros are not accepted. Save it as .pptx without macros.",
    ".gif": "GIF images are not accepted. Save it as PNG.",
    ".ipynb": "Notebooks are not accepted as files. Link to it, or export it as PDF.",
}


@dataclass(frozen=True)
class Purpose:
    """What a file is for decides what is accepted and whether it may tell who made it.

    `anonymous` files lose their metadata: an assessor reads them before knowing the name. The others stay
    byte for byte what was sent, because they are the work itself.
    """

    name: str
    extensions: tuple
    anonymous: bool = False

    @property
    def in_words(self):
        """ "PDF, PNG, JPG, …": for hints and messages."""
        return ", ".join(extension[1:].upper() for extension in self.extensions)

    @property
    def accept(self):
        """The `accept` attribute of the file input, other spellings included."""
        others = tuple(spelling for spelling, same in SAME_AS.items() if same in self.extensions)
        return ",".join(self.extensions + others)


_DOCUMENTS = (".pdf", ".png", ".jpg", ".webp", ".heic", ".docx", ".xlsx", ".pptx", ".csv", ".txt", ".md")
EVIDENCE = Purpose("evidence", _DOCUMENTS, anonymous=True)
MESSAGE = Purpose("message", _DOCUMENTS)
DELIVERY = Purpose("delivery", (*_DOCUMENTS, ".zip"))


def split_name(name):
    """(stem, extension in its one spelling) of a file name without its path; the extension has the dot."""
    stem, dot, extension = name.rpartition(".")
    extension = f".{extension.lower()}" if dot else ""
    return (stem if dot else name), SAME_AS.get(extension, extension)
