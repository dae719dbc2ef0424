"""What a person called their file, made harmless: it is shown to them and offered as a download name."""

import unicodedata

LONGEST = 120


def clean_name(name):
    """The last part of the path, without control, bidirectional or path characters; the extension is kept.

    Bidirectional marks can make "exe.fdp" read as "pdf.exe" (Unicode TR 36), so they go, like all of category C.
    """
    last = str(name or "").replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign)[0] != "C")
    visible = " ".join(visible.translate(str.maketrans("", "", '<>:"|?*')).split()).strip(". ")
    stem, dot, extension = visible.rpartition(".")
    if not dot:
        return visible[:LONGEST] or "file"
    return f"{(stem or 'file')[: LONGEST - len(extension) - 1]}.{extension}"[-LONGEST:]
