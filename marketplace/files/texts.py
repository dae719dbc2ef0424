"""Plain text: CSV, TXT, Markdown."""

from marketplace.files.errors import CannotOpen

MAX_EVIDENCE = 2 * 1024 * 1024  # bytes: about 700 pages


def open_text(data, *, kind, anonymous):
    """UTF-8 that a person can read; a byte order mark is dropped."""
    if anonymous and len(data) > MAX_EVIDENCE:
        megabytes, limit = len(data) / 1024**2, MAX_EVIDENCE // 1024**2
        raise CannotOpen(
            f"holds {megabytes:.1f} MB of text, more than anybody reads. "
            f"Keep the part that shows your work, up to {limit} MB."
        )
    try:
        words = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CannotOpen("is not UTF-8 text. Save it again with the encoding UTF-8.") from None
    if "\x00" in words:
        raise CannotOpen(f"is not a {kind.label} inside: it holds binary data.")
    if not words.strip():
        raise CannotOpen("holds no text.")
    return words.encode(), False
