"""Taking what names somebody out of pictures that lie inside documents, without drawing them again."""

import io

from PIL import Image

from marketplace.files.errors import CannotOpen

# JPEG segments that describe rather than draw: Exif and XMP (APP1), Photoshop and IPTC (APP13), comments (COM).
_DESCRIBING = {0xE1, 0xED, 0xFE}
_START, _SCAN = b"\xff\xd8\xff", 0xDA  # ISO/IEC 10918-1, B.1.1.3
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_WORDS = {b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"tIME", b"iCCP"}
_REDRAWN = {".gif": "GIF", ".tif": "TIFF", ".tiff": "TIFF", ".bmp": "BMP", ".webp": "WEBP"}
_DRAWINGS = (".emf", ".wmf", ".svg", ".wdp")


def blank_jpeg_words(data):
    """The same number of bytes, with every Exif, XMP, IPTC and comment of a JPEG stream filled with zeros.

    As the length stays, this also works on JPEG streams in the middle of a PDF, whose table of offsets stays right.
    """
    out, at = bytearray(data), data.find(_START)
    while at >= 0:
        for start, end in _descriptions(data, at + 2):
            out[start:end] = bytes(end - start)
        at = data.find(_START, at + 2)
    return bytes(out)


def _descriptions(data, at):
    """Where the describing segments are, if what begins here is a chain of segments that ends in a scan."""
    found = []
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, end = data[at + 1], at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _SCAN:
            return found
        if end > len(data) or end < at + 4:
            return []
        if marker in _DESCRIBING:
            found.append((at + 4, end))
        at = end
    return []


def without_words(name, data):
    """A picture of a document without what describes it. Raises CannotOpen for what we cannot look into."""
    extension = "." + name.rpartition(".")[2].lower()
    if data.startswith(b"\xff\xd8"):
        return blank_jpeg_words(data)
    if data.startswith(_PNG):
        return _png_without_words(data)
    if extension in _REDRAWN:
        return _drawn_again(name, data, _REDRAWN[extension])
    if extension in _DRAWINGS:
        return data
    short = name.rsplit("/", 1)[-1]
    raise CannotOpen(
        f"holds a sound, a film or an object ({short}) that may tell who made it. Take it out, or link to it."
    )


def _png_without_words(data):
    kept, at = [_PNG], len(_PNG)
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] not in _PNG_WORDS:
            kept.append(data[at:end])
        at = end
    return b"".join(kept)


def _drawn_again(name, data, format_name):
    try:
        with Image.open(io.BytesIO(data), formats=[format_name]) as picture:
            if picture.width * picture.height > 50_000_000:
                raise CannotOpen("holds a picture of more than 50 million pixels. Make it smaller and add it again.")
            canvas = picture.convert("RGBA" if format_name in ("GIF", "WEBP") else "RGB")
            canvas.info.clear()
            out = io.BytesIO()
            canvas.save(out, format_name)
            return out.getvalue()
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        raise CannotOpen(f"holds a damaged picture ({name.rsplit('/', 1)[-1]}). Put it in again.") from None
