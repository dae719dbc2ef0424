"""Is this upload what it says it is? Nothing reaches storage before every question here was answered."""

import hashlib
from dataclasses import dataclass

import puremagic
from django.conf import settings

from marketplace.errors import DomainError
from marketplace.files.archives import open_office, open_zip
from marketplace.files.errors import CannotOpen
from marketplace.files.images import open_image
from marketplace.files.kinds import DRAWN_AS, KINDS, REFUSED, split_name
from marketplace.files.naming import clean_name
from marketplace.files.pdfs import open_pdf
from marketplace.files.texts import open_text

MEGABYTE = 1024 * 1024
# A signature is a promise; only a parser that reads the whole file keeps it. Each takes the bytes and returns
# (the bytes to keep, whether they are an image drawn by us), or raises CannotOpen.
OPENERS = {"image": open_image, "pdf": open_pdf, "office": open_office, "zip_archive": open_zip, "text": open_text}


@dataclass(frozen=True)
class Checked:
    """An upload that was opened and, if its purpose says so, freed from what tells who made it."""

    name: str
    kind: object
    data: bytes
    is_reencoded: bool  # an image that we drew ourselves: safe to show inside a page

    @property
    def size(self):
        return len(self.data)

    @property
    def sha256(self):
        return hashlib.sha256(self.data).hexdigest()


def check_upload(upload, purpose):
    """The Checked form of an uploaded file. Raises DomainError (field "file") with what is wrong and what to do."""
    name = clean_name(upload.name)
    kind = _kind_of(name, purpose)
    _check_size(name, upload.size)
    data = upload.read()
    _check_size(name, len(data))  # what was counted, not what was claimed
    _check_signature(name, kind, data)
    try:
        data, is_reencoded = OPENERS[kind.opener](data, kind=kind, anonymous=purpose.anonymous)
    except CannotOpen as problem:
        raise refusal(f"“{name}” {problem}", code="unreadable") from None
    if is_reencoded and kind.extension in DRAWN_AS:
        kind = KINDS[DRAWN_AS[kind.extension]]
        name = split_name(name)[0] + kind.extension
    return Checked(name=name, kind=kind, data=data, is_reencoded=is_reencoded)


def refusal(message, *, code="file_refused"):
    return DomainError(message, code=code, field="file")


def _kind_of(name, purpose):
    extension = split_name(name)[1]
    if extension in purpose.extensions:
        return KINDS[extension]
    if extension == ".zip":
        raise refusal("ZIP archives are only accepted as deliveries. Send the files one by one.", code="kind_refused")
    why = REFUSED.get(extension) or f"Accepted: {purpose.in_words}."
    raise refusal(f"“{name}” is of a kind that is not accepted. {why}", code="kind_refused")


def _check_size(name, size):
    if size == 0:
        raise refusal(f"“{name}” is empty. Save it again and look at its size before you add it.", code="empty")
    if size > settings.FILE_MAX_BYTES:
        limit = settings.FILE_MAX_BYTES // MEGABYTE
        raise refusal(f"“{name}” is {size / MEGABYTE:.1f} MB. The limit is {limit} MB.", code="too_large")


def _check_signature(name, kind, data):
    """The first bytes must be those of the format. puremagic calls any ZIP a Word document; archives.py decides."""
    if kind.opener == "office" and data.startswith(_COMPOUND):
        raise refusal(f"“{name}” {_why_compound(data, kind)}", code="unreadable")
    found = _signatures(data)
    wrong = found & _NOT_TEXT if kind.opener == "text" else not found & _SIGNATURES[kind.extension]
    if wrong:
        raise refusal(
            f"“{name}” is not a {kind.label} inside. Save it again as {kind.extension}.", code="wrong_content"
        )


def _why_compound(data, kind):
    """A password turns an Office document into a compound file with this stream (MS-OFFCRYPTO, 1.3.3)."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "is protected by a password. Save it without one and add it again."
    return f"is in the old Office format inside. Save it again as {kind.extension}."


def _signatures(data):
    try:
        return {match.extension.lower() for match in puremagic.magic_string(data)}
    except (puremagic.PureError, ValueError):
        return set()


_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIPPED = {".zip", ".docx", ".xlsx", ".pptx"}
_SIGNATURES = {
    ".pdf": {".pdf"},
    ".png": {".png"},
    ".jpg": {".jpg", ".jpeg", ".jpe", ".jfif"},
    ".webp": {".webp"},
    ".heic": {".heic", ".heif"},
    **dict.fromkeys(_ZIPPED, _ZIPPED),
}
_NOT_TEXT = {".pdf", ".png", ".jpg", ".jpeg", ".webp", ".zip", ".svg", ".html", ".htm", ".gz"}
