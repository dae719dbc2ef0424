"""A text as the word pieces of BERT's uncased models: words, then the longest known pieces of each from the left."""

import unicodedata

LONGEST_WORD = 100  # characters; a longer one is unknown as a whole
LONGEST_TEXT = 20_000


class WordPieces:
    """`vocabulary`: the lines of vocab.txt, whose numbers the model knows."""

    def __init__(self, vocabulary):
        self.known = {piece: number for number, piece in enumerate(vocabulary)}
        self.unknown, self.first, self.last = (self.known[mark] for mark in ("[UNK]", "[CLS]", "[SEP]"))

    def numbers(self, text, limit):
        """At most `limit` of them, the marks at both ends included."""
        found = [self.first]
        for word in words(text):
            found += self._pieces(word)
            if len(found) >= limit:
                break
        return [*found[: limit - 1], self.last]

    def _pieces(self, word):
        found, start = [], 0
        while start < len(word) <= LONGEST_WORD:
            prefix = "##" if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if prefix + word[start:end] in self.known), None)
            if end is None:
                break
            found.append(self.known[prefix + word[start:end]])
            start = end
        return found if start == len(word) else [self.unknown]


def words(text):
    """Lower case, no accents; a punctuation mark or a Chinese character is a word of its own."""
    spaced = []
    for character in unicodedata.normalize("NFD", text[:LONGEST_TEXT].lower()):
        category = unicodedata.category(character)
        if category == "Mn" or (category.startswith("C") and not character.isspace()) or character == "\ufffd":
            continue
        spaced.append(f" {character} " if _stands_alone(character, category) else character)
    return "".join(spaced).split()


def _stands_alone(character, category):
    code = ord(character)
    is_ascii_sign = code < 128 and not character.isalnum() and not character.isspace()
    is_chinese = 0x3400 <= code <= 0x4DBF or 0x4E00 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or code >= 0x20000
    return is_ascii_sign or category.startswith("P") or (is_chinese and category == "Lo")
