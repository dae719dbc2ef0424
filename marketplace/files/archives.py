"""ZIP archives and the Office documents that are ZIP archives inside."""

import io
import re
import zipfile

from marketplace.files.errors import CannotOpen
from marketplace.files.scrubbing import without_words

MAX_MEMBERS = 2_000
MAX_UNPACKED = 250 * 1024 * 1024  # bytes
MAX_RATIO = 100  # unpacked : packed, over the whole archive; text reaches about 20
RATIO_MATTERS_FROM = 5 * 1024 * 1024  # a small document of blanks may be squeezed as hard as it likes
CHUNK = 64 * 1024
MAX_DEPTH = 3  # archives within archives; a document with a sheet in it needs one

PACKED = b"PK\x03\x04"
MAIN_PART = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml", ".pptx": "ppt/presentation.xml"}
_XML = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/"
BLANK_PARTS = {
    "docprops/core.xml": _XML + b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    b'core-properties"/>',
    "docprops/app.xml": _XML + b'<Properties xmlns="' + _OFFICE + b'extended-properties"/>',
    "docprops/custom.xml": _XML + b'<Properties xmlns="' + _OFFICE + b'custom-properties"/>',
}
THUMBNAIL = "docprops/thumbnail"  # a picture that the program or the author chose: it may show anything
_TO_THUMBNAIL = re.compile(rb"<Relationship\b[^>]*docProps/thumbnail[^>]*/>", re.IGNORECASE)
# Who commented or changed what: attributes of Word's revisions and comments, of PowerPoint's comment authors, and of
# the people that newer comments point to (ECMA-376 and its Microsoft extensions).
_AUTHOR = re.compile(rb'(\s(?:\w+:)?(?:author|initials|userId|displayName|lastModifiedBy|userName)=")[^"]*(")')
_CMAUTHOR_NAME = re.compile(rb'(<p(?:\w*):(?:cmAuthor|author)\b[^>]*?\sname=")[^"]*(")')
# Where the file lay on its author's disk, which usually spells their name: Excel's absPath, Word's attached template,
# links to other files of theirs.
_LOCAL_PATH = re.compile(rb'(\s(?:url|Target)=")(?:file:|[A-Za-z]:[\\/]|\\\\|/Users/|/home/)[^"]*(")', re.IGNORECASE)
_EXCEL_AUTHOR = re.compile(rb"(<(?:\w+:)?author>)[^<]*(</(?:\w+:)?author>)")


def open_zip(data, *, kind, anonymous):
    """The same bytes, once every member was unpacked within the limits, and the archives among them too."""
    _unpack(data, left=MAX_UNPACKED, depth=1)
    return data, False


def _unpack(data, *, left, depth):
    """What is left of the bytes allowed: a bomb may be folded into archives that are harmless one by one."""
    if depth > MAX_DEPTH:
        raise CannotOpen("holds archives within archives within archives. Unpack the inner ones and pack it again.")
    with _archive(data) as archive:
        for member in archive.infolist():
            content = _read(archive, member)
            left -= len(content)
            if left < 0:
                raise CannotOpen(_too_much())
            if content.startswith(PACKED):
                left = _unpack(content, left=left, depth=depth + 1)
    return left


def open_office(data, *, kind, anonymous):
    """The same bytes, or a copy with blank document properties, nameless comments and revisions, no thumbnail and no
    local paths.
    """
    _unpack(data, left=MAX_UNPACKED, depth=1)
    with _archive(data) as archive:
        names = set(archive.namelist())
        if "[Content_Types].xml" not in names or MAIN_PART[kind.extension] not in names:
            raise CannotOpen(f"is not a {kind.label} inside. Save it again as {kind.extension}.")
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise CannotOpen("holds macros. Save it without them and add it again.")
        return (_rebuilt(archive) if anonymous else data), False


def _rebuilt(archive):
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as rebuilt:
        for member in archive.infolist():
            if member.is_dir() or member.filename.lower().startswith(THUMBNAIL):
                continue
            content = _anonymous(member.filename, _read(archive, member))
            rebuilt.writestr(zipfile.ZipInfo(member.filename), content, zipfile.ZIP_DEFLATED)
    return copy.getvalue()


def _archive(data):
    """The open archive, once its table of contents was found acceptable."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError):
        raise CannotOpen("cannot be unpacked: the file is damaged. Save it again.") from None
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise CannotOpen(f"holds {len(members):,} files. The limit is {MAX_MEMBERS:,}.")
    if not any(not member.is_dir() for member in members):
        raise CannotOpen("holds no files.")
    if any(member.flag_bits & 0x1 for member in members):
        raise CannotOpen("is protected by a password. Save it without one and add it again.")
    if any(_leaves_the_folder(member.filename) for member in members):
        raise CannotOpen("holds a file with an unsafe path. Pack the folder again.")
    unpacked = sum(member.file_size for member in members)
    too_dense = unpacked > RATIO_MATTERS_FROM and unpacked > MAX_RATIO * max(len(data), 1)
    if unpacked > MAX_UNPACKED or too_dense:
        raise CannotOpen(_too_much())
    return archive


def _leaves_the_folder(name):
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]


def _read(archive, member):
    """One member, read in pieces: the size in the table of contents may be a lie."""
    content = io.BytesIO()
    try:
        with archive.open(member) as source:
            while piece := source.read(CHUNK):
                content.write(piece)
                if content.tell() > member.file_size:
                    raise CannotOpen(_too_much())
    except (zipfile.BadZipFile, zipfile.zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise CannotOpen("cannot be unpacked: the file is damaged. Save it again.") from None
    return content.getvalue()


def _too_much():
    return f"unpacks to far more than it is. The limit is {MAX_UNPACKED // 1024 // 1024} MB unpacked."


def _anonymous(name, content):
    lowered = name.lower()
    if lowered in BLANK_PARTS:
        return BLANK_PARTS[lowered]
    if not lowered.endswith((".xml", ".rels", ".vml")):
        return _anonymous_part(lowered, content)
    content = _TO_THUMBNAIL.sub(b"", _LOCAL_PATH.sub(rb"\1file:///removed\2", content))
    content = _AUTHOR.sub(rb"\1\2", content)
    if "author" in lowered:
        content = _CMAUTHOR_NAME.sub(rb"\1\2", content)
    return _EXCEL_AUTHOR.sub(rb"\1\2", content) if "comments" in lowered else content


def _anonymous_part(name, content):
    """A document within the document is treated like one; of anything else in the folders of media, the words go."""
    if content.startswith(PACKED):
        with _archive(content) as archive:
            return _rebuilt(archive)
    return without_words(name, content) if name.split("/")[-2:-1] in (["media"], ["embeddings"]) else content
