"""Skills that a text seems to be about, best first. Suggestions only: a person confirms each.

A skill is as near as its nearest name (preferred or alternative), a little nearer when its other names are near as
well, and nearer still when one of its names stands in the text word for word. docs/skills.md says how well that works.
"""

import csv
from collections import Counter
from dataclasses import dataclass
from math import log

import numpy as np

from marketplace.errors import DomainError
from marketplace.skills.ngrams import NgramIndex, plain

COLUMNS = {
    "uri": ("uri", "concepturi", "id"),
    "label": ("preferredlabel", "label", "name"),
    "alternatives": ("altlabels", "alternativelabels", "alternatives", "aliases"),
}
SEPARATORS = "\n|;"  # between alternative labels: ESCO's own files, ours, our starter taxonomy's
OTHER_NAMES = 0.3  # how much the mean of all names of a skill adds
WORD_FOR_WORD = 0.01  # per unit of idf of the words of a name that stands in the text
LONGEST_NAME = 8  # words
MEANING = 1.5  # how much the likeness of meaning adds, where it is known (meaning.py)


class VocabularyError(DomainError):
    """The file is missing, unreadable, or has not the columns that are needed."""

    code = "vocabulary"


@dataclass(frozen=True)
class Suggestion:
    uri: str
    label: str
    score: float


class Vocabulary:
    """`entries`: [(uri, preferred label, [alternative labels])]; `meanings`: the Meanings of their labels, or None."""

    def __init__(self, entries, meanings=None):
        self.meanings = meanings
        self.entries = [(uri, label) for uri, label, _ in entries]
        names = [[plain(name) for name in {label: None, **dict.fromkeys(others)}] for _, label, others in entries]
        self.names = [name for group in names for name in group]
        self.sizes = np.array([len(group) for group in names])
        self.starts = np.concatenate([[0], np.cumsum(self.sizes)[:-1]]).astype(int)
        self.index = NgramIndex(self.names)
        words = Counter(word for name in self.names for word in set(name.split()))
        self.idf = {word: log((1 + len(self.names)) / (1 + count)) for word, count in words.items()}
        self.called = {}
        for number, name in enumerate(self.names):
            self.called.setdefault(name, []).append(number)

    def suggest(self, text, limit=10):
        """[Suggestion], best first; none where nothing of the text is in any name."""
        words = plain(text)
        best = self.scores(words)
        if words and self.meanings:
            best += MEANING * self.meanings.scores(text)
        order = np.lexsort((np.arange(len(best)), -best))[:limit]
        return [Suggestion(*self.entries[n], round(float(best[n]), 4)) for n in order if best[n] > 0]

    def scores(self, text):
        """[float], one for each entry; `text` is `plain`."""
        scores = self.index.scores(text)
        for number, weight in self.word_for_word(text):
            scores[number] += WORD_FOR_WORD * weight
        best = np.maximum.reduceat(scores, self.starts)
        return best + OTHER_NAMES * np.add.reduceat(scores, self.starts) / self.sizes

    def word_for_word(self, text):
        """(number of a name that is in the text, the sum of the idf of its words)."""
        words = text.split()
        seen = {
            " ".join(words[start:end])
            for start in range(len(words))
            for end in range(start + 1, min(start + LONGEST_NAME, len(words)) + 1)
        }
        for name in seen & self.called.keys():
            weight = sum(self.idf[word] for word in name.split())
            yield from ((number, weight) for number in self.called[name])


def read_entries(path):
    """[(uri, preferred label, [alternative labels])] of a CSV file with such columns. Raises VocabularyError."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return list(_entries(csv.DictReader(file, strict=True)))
    except OSError as error:
        raise VocabularyError(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise VocabularyError(f"{path} is no CSV file in UTF-8: {error}.") from error


def _entries(rows):
    found = {name: _column(rows.fieldnames or [], known) for name, known in COLUMNS.items()}
    missing = [name for name in ("uri", "label") if found[name] is None]
    if missing:
        raise VocabularyError("The first line must name the columns uri, preferred_label and alt_labels.")
    seen = set()
    for row in rows:
        uri, label = ((row[found[name]] or "").strip() for name in ("uri", "label"))
        if not uri or not plain(label):
            raise VocabularyError(f"Line {rows.line_num} has no uri or no preferred label.")
        if None in row:
            raise VocabularyError(f"Line {rows.line_num} has more fields than the first line has columns.")
        if uri in seen:
            raise VocabularyError(f"Line {rows.line_num} has the uri of an earlier line.")
        seen.add(uri)
        yield uri, label, _alternatives(row.get(found["alternatives"]) or "")
    if not seen:
        raise VocabularyError("The vocabulary is empty.")


def _column(names, known):
    return next((name for name in names if "".join(filter(str.isalpha, name.lower())) in known), None)


def _alternatives(text):
    separator = next((mark for mark in SEPARATORS if mark in text), "\n")
    return [name.strip() for name in text.split(separator) if plain(name)]
