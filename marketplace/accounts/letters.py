"""What allauth's e-mails say is written once, as text; the HTML is made of the same paragraphs, so they never differ.

A paragraph "Label: https://…" is a button with its address below; one whose every line is "Label: value" is a table.
"""

import re

LINK = re.compile(r"(?P<label>[^:\n]{2,60}): (?P<url>https?://\S+)")
FACT = re.compile(r"[^:.\n]{2,30}: .+")

BROWSERS = [("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")]
SYSTEMS = [
    ("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "a Mac"),
    ("CrOS", "a Chromebook"), ("Linux", "Linux"),
]  # fmt: skip


def parts(text):
    """One dict for each paragraph: {"link": {label, url}}, {"facts": [(label, value)]} or {"text": …}."""
    return [part(paragraph.strip()) for paragraph in re.split(r"\n\s*\n", text) if paragraph.strip()]


def part(paragraph):
    link = LINK.fullmatch(paragraph)
    if link:
        return {"link": link.groupdict()}
    lines = paragraph.splitlines()
    if all(FACT.fullmatch(line) for line in lines):
        return {"facts": [tuple(line.split(": ", 1)) for line in lines]}
    return {"text": paragraph}


def device_in_words(user_agent):
    """ "Firefox on Windows": enough to recognize one's own device; empty when the browser does not say."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return " on ".join(filter(None, [browser, system]))
