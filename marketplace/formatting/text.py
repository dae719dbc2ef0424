"""Text written by people, made safe: escaped, with paragraphs, lists and links and nothing else."""

import re

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_BULLET = re.compile(r"^\s*[-*•]\s+")


def paragraphs(text):
    """A blank line starts a paragraph, a line that begins with "- " is a list item."""
    blocks = re.split(r"\n\s*\n", (text or "").replace("\r\n", "\n").strip())
    return _join("\n", (part for block in blocks if block.strip() for part in _block(block)))


def count(number, nouns):
    """`3, "project"` → "3 projects"; `"competency,competencies"` when an s is not enough. A sized thing is counted."""
    one, _comma, many = nouns.partition(",")
    number = number if isinstance(number, int) else len(number)
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def with_links(line):
    """Escaped text with its web addresses clickable; `nofollow ugc` tells search engines we do not vouch for them."""
    parts, end = [], 0
    for match in _LINK.finditer(line):
        link = format_html('<a href="{0}" rel="nofollow ugc noopener">{0}</a>', match[0])
        parts += [line[end : match.start()], link]
        end = match.end()
    return _join("", [*parts, line[end:]])


def _block(block):
    """One block's elements: neighbouring bullet lines become one list, other lines one paragraph."""
    runs = []
    for line in block.split("\n"):
        is_item = bool(_BULLET.match(line))
        if runs and runs[-1][0] == is_item:
            runs[-1][1].append(line)
        else:
            runs.append((is_item, [line]))
    for is_item, lines in runs:
        if is_item:
            items = ((with_links(_BULLET.sub("", line)),) for line in lines)
            yield format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", items))
        else:
            yield format_html("<p>{}</p>", _join("<br>", map(with_links, lines)))


def _join(separator, parts):
    """Parts that are not marked safe are escaped; `separator` is ours and is not."""
    return format_html_join(SafeString(separator), "{}", ((part,) for part in parts))
