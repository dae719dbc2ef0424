"""PDF: opened with PDFium, and for evidence rebuilt page by page without what names its author."""

import io
import threading

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from marketplace.files.errors import CannotOpen
from marketplace.files.scrubbing import blank_jpeg_words

MAX_PAGES = 100
_one_at_a_time = threading.Lock()  # PDFium is not thread-safe, and web workers are threads
_UNENCRYPTED = -1  # FPDF_GetSecurityHandlerRevision of a document without a security handler


def open_pdf(data, *, kind, anonymous):
    """(bytes, False): those given, or a copy without author, title, XMP, attachments and comment authors."""
    with _one_at_a_time:
        try:
            document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            raise CannotOpen(_why(error)) from None
        try:
            _check(document)
            if not anonymous:
                _check_harmless(document)  # evidence is made harmless; work stays what it is
            return (_anonymous_copy(document) if anonymous else data), False
        except pdfium.PdfiumError:
            raise CannotOpen("is damaged. Export it again from the program that made it.") from None
        finally:
            document.close()


def first_page(data, width):
    """Page 1 as a picture of at most that width and twice that height, in pixels. Raises CannotOpen."""
    with _one_at_a_time:
        try:
            document = pdfium.PdfDocument(data)
            try:
                page = document[0]
                scale = min(width / max(page.get_width(), 1), 2 * width / max(page.get_height(), 1))
                return page.render(scale=scale).to_pil().convert("RGB")
            finally:
                document.close()
        except pdfium.PdfiumError as error:
            raise CannotOpen(_why(error)) from None


def _why(error):
    if "password" in str(error).lower():
        return "is protected by a password. Save it without one and add it again."
    return "cannot be opened as a PDF. Export it again from the program that made it."


def _check(document):
    if pdfium_c.FPDF_GetSecurityHandlerRevision(document) != _UNENCRYPTED:
        raise CannotOpen("is encrypted. Save it without protection and add it again.")
    pages = len(document)
    if pages == 0:
        raise CannotOpen("has no pages.")
    if pages > MAX_PAGES:
        raise CannotOpen(f"has {pages} pages. The limit is {MAX_PAGES}: keep the part that shows your work.")
    for number in range(pages):
        document[number].close()  # a page that cannot be loaded raises PdfiumError


def _check_harmless(document):
    if pdfium_c.FPDFDoc_GetJavaScriptActionCount(document) > 0:
        raise CannotOpen("runs a script when it is opened. Print it to a new PDF and add that.")
    if document.count_attachments():
        raise CannotOpen("has other files attached inside. Take them out and add them one by one.")


def _anonymous_copy(document):
    """The pages in a new document: its Info is PDFium's own, and there is no XMP, script or attachment.

    Comments keep their words and lose their author. Photographs keep their pixels and lose their Exif, XMP and
    IPTC. What a page draws (a name on a title page) stays.
    """
    copy = pdfium.PdfDocument.new()
    try:
        copy.import_pages(document)
        for number in range(len(copy)):
            page = copy[number]
            _drop_comment_authors(page)
            page.close()
        out = io.BytesIO()
        copy.save(out)
        return blank_jpeg_words(out.getvalue())
    finally:
        copy.close()


def _drop_comment_authors(page):
    nobody = (pdfium_c.FPDF_WCHAR * 1)(0)
    for index in range(pdfium_c.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        if pdfium_c.FPDFAnnot_HasKey(annotation, b"T"):  # ISO 32000-1, 12.5.6.2: the author's name
            pdfium_c.FPDFAnnot_SetStringValue(annotation, b"T", nobody)
        pdfium_c.FPDFPage_CloseAnnot(annotation)
