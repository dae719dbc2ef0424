"""The picture that other sites show beside a link (Open Graph, https://ogp.me): 1200 × 630 pixels, PNG."""

from functools import lru_cache
from io import BytesIO

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from marketplace.papers.lettering import BOLD, FILES, FOLDER, REGULAR, clean, runs

SIZE = (1200, 630)
MARGIN = 80
CANVAS, INK, MUTED, BRAND, WHITE = "#fafaf7", "#1b1e26", "#575e6b", "#3546c9", "#ffffff"
TITLES, TEXT, SMALL = (68, 56, 48), 38, 32  # pixels; a title is as large as it fits
LEADING = 1.25
TITLE_LINES = 3
WIDTH = SIZE[0] - 2 * MARGIN
FOOT = SIZE[1] - MARGIN - 44  # where the mark begins
FACTS = 3
GAP = 16  # around the facts
MOST_LETTERS = 200  # of a title that are looked at


@lru_cache(maxsize=64)
def picture(kicker, title, facts=()):
    """PNG bytes. `kicker`: what it is, above the title; `facts`: at most three lines below it. All plain text."""
    image = Image.new("RGB", SIZE, CANVAS)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, SIZE[0], 14), fill=BRAND)
    y = write(pen, (MARGIN, MARGIN), kicker, SMALL, REGULAR, MUTED, lines=1) + 12
    facts = facts[:FACTS]
    size, lines = fitted(title, FOOT - y - 2 * GAP - len(facts) * (leading(TEXT) + 4))
    y = write(pen, (MARGIN, y), title, size, BOLD, INK, lines=lines) + GAP
    for fact in facts:
        y = write(pen, (MARGIN, y), fact, TEXT, REGULAR, INK, lines=1) + 4
    sign(pen)
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def fitted(title, room):
    """(size, lines) of a title in so many pixels: the largest that shows it whole, or else the smallest."""
    for size in TITLES:
        lines = min(room // leading(size), TITLE_LINES)
        if len(broken(clean(title)[:MOST_LETTERS], size, BOLD, WIDTH, lines + 1)) <= lines:
            break
    return size, lines


def leading(size):
    return round(size * LEADING)


def sign(pen):
    """The mark and the name of the site at the foot."""
    x, y, side = MARGIN, FOOT, 56
    pen.rounded_rectangle((x, y, x + side, y + side), radius=14, fill=BRAND)
    check = [(x + side * part, y + side * other) for part, other in ((0.27, 0.51), (0.43, 0.67), (0.74, 0.34))]
    pen.line(check, fill=WHITE, width=6, joint="curve")
    write(pen, (x + side + 18, y + 4), settings.SITE_NAME, TEXT, BOLD, BRAND, lines=1)


def write(pen, place, text, size, own, color, *, lines):
    """Draw a text in so many lines at most, with "…" where it goes on. Returns where the next line begins."""
    x, y = place
    for line in broken(clean(text)[:MOST_LETTERS], size, own, WIDTH, lines):
        at = x
        for font, letters in runs(line, own):
            face = face_of(font or own, size)
            pen.text((at, y), letters, font=face, fill=color)
            at += face.getlength(letters)
        y += leading(size)
    return y


def broken(text, size, own, width, lines):
    """[line] that fit; a word longer than a line is cut."""
    found, rest = [], text.split()
    while rest and len(found) < lines:
        line, rest = first_line(rest, size, own, width)
        found.append(line)
    if rest and found:
        last = found[-1]
        while last and length(last + "…", size, own) > width:
            last = last[:-1]
        found[-1] = last.rstrip() + "…"
    return found


def first_line(words, size, own, width):
    """(as many words as fit, the others)"""
    line = words[0]
    if length(line, size, own) > width:
        fits = next(n for n in range(len(line), 0, -1) if n == 1 or length(line[:n], size, own) <= width)
        return line[:fits], [line[fits:], *words[1:]]
    taken = 1
    while taken < len(words) and length(f"{line} {words[taken]}", size, own) <= width:
        line, taken = f"{line} {words[taken]}", taken + 1
    return line, words[taken:]


def length(text, size, own):
    return sum(face_of(font or own, size).getlength(letters) for font, letters in runs(text, own))


@lru_cache(maxsize=16)
def face_of(font, size):
    return ImageFont.truetype(FOLDER / FILES[font], size)
