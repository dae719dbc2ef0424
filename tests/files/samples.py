"""Files as people make them, and as people should not."""

import io
import zipfile
import zlib

import pypdfium2 as pdfium
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.files.heic import HEIC

NAME = "Robin Quist"
CONTENT_TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
CORE = f"<coreProperties><creator>{NAME}</creator><lastModifiedBy>{NAME}</lastModifiedBy></coreProperties>"
MAIN = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml", ".pptx": "ppt/presentation.xml"}


def upload(name, data):
    return SimpleUploadedFile(name, data)


def jpeg(size=(120, 80), orientation=6):
    """A photograph with the name in EXIF Artist and the camera held sideways."""
    exif = Image.Exif()
    exif[0x013B], exif[0x0112] = NAME, orientation
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "JPEG", exif=exif, comment=NAME.encode())
    return out.getvalue()


def png(size=(120, 80)):
    info = PngInfo()
    info.add_text("Author", NAME)
    out = io.BytesIO()
    Image.new("RGBA", size, (10, 20, 30, 128)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def webp():
    out = io.BytesIO()
    Image.new("RGB", (60, 60), "teal").save(out, "WEBP", xmp=f"<x>{NAME}</x>".encode())
    return out.getvalue()


def heic():
    return HEIC


def pdf(pages=1, *, info=f"/Author({NAME})", comment=True, trailer=""):
    """A PDF with an author in its Info, a comment signed by them, and one line of text on each page."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>"]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(pages))
    objects += [f"<</Type/Pages/Count {pages}/Kids[{kids}]>>", f"<<{info}>>"]
    note = f"/Annots[<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/T({NAME})/Contents(Good)>>]" if comment else ""
    for number in range(pages):
        body = "BT /F1 12 Tf 20 20 Td (Findings) Tj ET"
        font = "/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
        page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents {5 + 2 * number} 0 R{font}{note}>>"
        objects += [page, f"<</Length {len(body)}>>stream\n{body}\nendstream"]
    out, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj{content}endobj\n".encode()
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R/Info 3 0 R{trailer}>>"
    return out + f"{end}\nstartxref\n{len(out)}\n%%EOF".encode()


def encrypted_pdf():
    """The standard security handler, revision 2, whose user password is none of ours."""
    handler = f"<</Filter/Standard/V 1/R 2/P -4/O<{'41' * 32}>/U<{'42' * 32}>>>"
    return pdf(trailer=f"/Encrypt {handler}/ID[<{'00' * 16}><{'00' * 16}>]")


def office(extension=".docx", extra=(), **changes):
    """An Office document with its author in the properties, and whatever members `extra` adds."""
    members = {
        "[Content_Types].xml": CONTENT_TYPES, "_rels/.rels": "<Relationships/>", MAIN[extension]: "<document/>",
        "docProps/core.xml": CORE, "docProps/app.xml": f"<Properties><Manager>{NAME}</Manager></Properties>",
    }  # fmt: skip
    return archive({name: text for name, text in (members | dict(extra) | changes).items() if text is not None})


def archive(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


def unpacked(data):
    """All members of an archive, one after another."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return b"".join(packed.read(name) for name in packed.namelist())


def lying_archive():
    """The table of contents says 10 bytes; the member unpacks to 30 MB."""
    real = archive({"a.txt": b"\0" * (30 * 1024 * 1024)})
    size = (30 * 1024 * 1024).to_bytes(4, "little")
    return real.replace(size, (10).to_bytes(4, "little"))


def huge_png(side=20_000):
    """A few hundred bytes that promise 400 million pixels."""
    header = side.to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00"

    def chunk(kind, body):
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def pdf_words(data):
    """(Info values, the words on page 1, the comment authors) as PDFium reads them."""
    document = pdfium.PdfDocument(data)
    page = document[0]
    text = page.get_textpage()
    words = text.get_text_bounded()
    text.close(), page.close()
    info = document.get_metadata_dict(skip_empty=True)
    document.close()
    return info, words


def locked_office():
    """The first bytes of what Word writes when a password is set: a compound file with an encrypted package."""
    return bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 1_000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 500


def pdf_with_script():
    names = "<</Names[(go)<</S/JavaScript/JS(app.alert\\(1\\))>>]>>"
    return pdf(comment=False).replace(b"<</Type/Catalog", f"<</Names<</JavaScript{names}>>/Type/Catalog".encode())


def pdf_with_attachment():
    document = pdfium.PdfDocument(pdf(comment=False, info=""))
    document.new_attachment(f"{NAME}.txt").set_data(NAME.encode())
    return _saved(document)


def pdf_with_photo(photo):
    """One page that draws the photograph, its JPEG stream as it is."""
    document = pdfium.PdfDocument.new()
    page = document.new_page(200, 200)
    image = pdfium.PdfImage.new(document)
    image.load_jpeg(io.BytesIO(photo), inline=True)
    image.set_matrix(pdfium.PdfMatrix().scale(150, 120))
    page.insert_obj(image)
    page.gen_content()
    return _saved(document)


def _saved(document):
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()
