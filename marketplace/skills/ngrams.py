"""Which of many short names a text is about: character n-gram TF-IDF, in numpy.

An n-gram of 3 to 5 characters lies within a word, its ends included, so that "analysis" finds "analysing" and "SQL"
finds "PostgreSQL". Each is one integer (6 bits a character), so that 100,000 names are indexed in two seconds.
Weights are (1 + log tf) · idf, of length 1: the score of a name is the cosine between it and the text.
"""

import unicodedata

import numpy as np

ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789 +#.-&/"
SIZES = (3, 4, 5)
BITS = 6
ENDS = "\n"
TEXT_LIMIT = 20_000  # characters of a text that are looked at

_CODES = np.full(128, len(ALPHABET) + 1, dtype=np.int64)  # every other character counts as one
_CODES[[ord(character) for character in ALPHABET]] = np.arange(1, len(ALPHABET) + 1)
_CODES[ord(ENDS)] = 0
_SPACE = _CODES[ord(" ")]


def plain(text):
    """Lower case, without accents, words apart by one space; what is no letter, digit or part of "c++" is a space."""
    folded = unicodedata.normalize("NFKD", text[:TEXT_LIMIT].lower())
    kept = (c if c.isalnum() or c in "+#.-&/" else " " for c in folded if not unicodedata.combining(c))
    return " ".join(word.strip(".-&/") for word in "".join(kept).split())


class NgramIndex:
    """Of `names`, already `plain`. Read-only once made."""

    def __init__(self, names):
        grams, owners = _ngrams(names)
        self.count = len(names)
        self.grams, numbers = np.unique(grams, return_inverse=True)
        pairs, tf = np.unique(numbers.astype(np.int64) * self.count + owners, return_counts=True)
        gram, self.owners = pairs // self.count, (pairs % self.count).astype(np.int32)
        df = np.bincount(gram, minlength=len(self.grams))
        self.idf = np.log((1 + self.count) / (1 + df)) + 1
        weights = (1 + np.log(tf)) * self.idf[gram]
        lengths = np.sqrt(np.bincount(self.owners, weights=weights**2, minlength=self.count))
        self.weights = (weights / lengths[self.owners]).astype(np.float32)
        self.starts = np.searchsorted(gram, np.arange(len(self.grams) + 1))

    def scores(self, text):
        """[float] from 0 to 1, one for each name; `text` is `plain`."""
        grams, tf = np.unique(_ngrams([text])[0], return_counts=True)
        at = np.searchsorted(self.grams, grams)
        known = at < len(self.grams)
        known[known] = self.grams[at[known]] == grams[known]
        at, tf = at[known], tf[known]
        if not len(at):
            return np.zeros(self.count)
        weights = (1 + np.log(tf)) * self.idf[at]
        weights /= np.linalg.norm(weights)
        spans = [slice(start, end) for start, end in zip(self.starts[at], self.starts[at + 1], strict=True)]
        owners = np.concatenate([self.owners[span] for span in spans])
        parts = np.concatenate([self.weights[span] * weight for span, weight in zip(spans, weights, strict=True)])
        return np.bincount(owners, weights=parts, minlength=self.count)


def _ngrams(texts):
    """(n-grams, which text each is of) of all texts at once."""
    joined = ENDS.join(f" {text} " for text in texts) + ENDS * max(SIZES)  # so that there is a window of each size
    characters = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
    codes = np.where(characters < len(_CODES), _CODES[np.minimum(characters, len(_CODES) - 1)], len(ALPHABET) + 1)
    owner = np.cumsum(codes == 0)
    grams, owners = [], []
    for size in SIZES:
        windows = np.lib.stride_tricks.sliding_window_view(codes, size)
        within = (windows > 0).all(axis=1) & (windows[:, 1:-1] != _SPACE).all(axis=1)
        chosen = windows[within]
        grams.append((chosen << (BITS * np.arange(size))).sum(axis=1) * len(SIZES) + SIZES.index(size))
        owners.append(owner[: len(windows)][within])
    return np.concatenate(grams), np.concatenate(owners)
