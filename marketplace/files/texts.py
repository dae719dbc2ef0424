"""Plain text: CSV, TXT, Markdown."""

from marketplace.files.errors import CannotOpen


def open_text(data, *, kind, anonymous):
    """UTF-8 that a person can read; a byte order mark is dropped."""
    try:
        words = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CannotOpen("is not UTF-8 text. Save it again with the encoding UTF-8.") from None
    if "\x00" in words:
        raise CannotOpen(f"is not a {kind.label} inside: it holds binary data.")
    if not words.strip():
        raise CannotOpen("holds no text.")
    return words.encode(), False
