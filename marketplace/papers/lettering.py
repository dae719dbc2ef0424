"""Letters for PDFs: which font has them, and what stands where none has.

Noto Sans sets Latin, Greek and Cyrillic, Droid Sans Fallback Chinese and Japanese, NanumSquare Korean (fonts/LICENSE).
Scripts that must be shaped or run from the right (Arabic, Hebrew, the scripts of India) are not set by ReportLab: a
replacement sign stands for each of their letters, and the paper says so.
"""

import unicodedata
from functools import cache
from html import escape
from pathlib import Path

from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(__file__).parent / "fonts"
REGULAR, BOLD = "NotoSans", "NotoSans-Bold"
HAN, KOREAN = "DroidSansFallback", "NanumSquare"
FILES = {
    REGULAR: "NotoSans-Regular.ttf",
    BOLD: "NotoSans-Bold.ttf",
    HAN: "DroidSansFallbackFull.ttf",
    KOREAN: "NanumSquareR.ttf",
}
MISSING = "\ufffd"
ALIKE = {
    "\u2212": "\u2013",
    "\u2011": "-",
    "\u2010": "-",
    "\u202f": " ",
    "\u2009": " ",
}  # where a font has only the other
SHAPED = ("R", "AL", "AN")  # bidirectional classes of letters that run from the right
UNSEEN = ("Cc", "Cf", "Cs")
MARKS_OF_INDIA_ON = range(0x0900, 0x1000)  # Devanagari to Tibetan: the order of the letters is not that of the text


@cache
def letters_of(font):
    """The code points of a font, which is read and registered the first time it is needed."""
    face = TTFont(font, FOLDER / FILES[font])
    registerFont(face)
    return frozenset(face.face.charToGlyph)


@cache
def register():
    letters_of(REGULAR), letters_of(BOLD)
    registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


def markup(text, *, bold=False):
    """ReportLab's markup for plain text: escaped, and each run of letters in a font that has them."""
    register()
    pieces = []
    for font, run in runs(clean(text), BOLD if bold else REGULAR):
        pieces.append(f'<font name="{font}">{escape(run)}</font>' if font else escape(run))
    return "".join(pieces)


def runs(text, own):
    """[(font, letters)] of a text; "" is the paragraph's `own` font."""
    found = []
    for letter in text:
        font, shown = place(letter, own)
        if found and found[-1][0] == font:
            found[-1][1].append(shown)
        else:
            found.append((font, [shown]))
    return [(font, "".join(letters)) for font, letters in found]


def shown(text, own=REGULAR):
    """What is drawn for a text, fonts aside: to measure it."""
    register()
    return "".join(letters for _font, letters in runs(clean(text), own))


def place(letter, own):
    """(font, letter) for one letter; ("", MISSING) where no font sets it."""
    if is_settable(letter):
        for own_letter in (letter, ALIKE.get(letter, letter)):
            if ord(own_letter) in letters_of(own):
                return "", own_letter
        other = KOREAN if is_korean(letter) else HAN
        if ord(letter) in letters_of(other):
            return other, letter
    return "", MISSING


def is_korean(letter):
    """NanumSquare has empty glyphs elsewhere, which would leave a hole."""
    return "HANGUL" in unicodedata.name(letter, "")


def is_settable(letter):
    return unicodedata.bidirectional(letter) not in SHAPED and ord(letter) not in MARKS_OF_INDIA_ON


def clean(text):
    """Composed letters, no control and no direction marks: they would be drawn as boxes or turn the line around."""
    composed = unicodedata.normalize("NFC", str(text))
    return "".join(" " * sign.isspace() if unicodedata.category(sign) in UNSEEN else sign for sign in composed)
