"""What a search text means: full text first; for a text that finds nothing at all, its spelling mended."""

import re

from django.contrib.postgres.search import SearchQuery
from django.db import connection

from projects.models import Listing

NEWEST = 5_000  # projects whose words make up the vocabulary
WORDS = 8  # of a text that are mended at most
OPERATORS = re.compile(r'"|(?:^|\s)-\S|\bOR\b')  # of websearch_to_tsquery: the reader knows what to ask for

# A word of the vocabulary that starts so, or else the nearest: one edit in a short word, two in a longer one.
MEND = """
WITH vocabulary AS (
    SELECT word, count(*) AS uses
    FROM (SELECT unnest(string_to_array(words, ' ')) AS word
          FROM (SELECT words FROM projects_listing ORDER BY opened_at DESC LIMIT %(newest)s) newest) all_words
    WHERE length(word) BETWEEN 3 AND 40 GROUP BY word
), close AS (
    SELECT typed.word AS typed, vocabulary.word, vocabulary.uses,
           CASE WHEN starts_with(vocabulary.word, typed.word) THEN 0
                ELSE levenshtein_less_equal(vocabulary.word, typed.word, 2) END AS distance
    FROM unnest(%(typed)s::text[]) AS typed(word)
    JOIN vocabulary ON starts_with(vocabulary.word, typed.word)
        OR (abs(length(vocabulary.word) - length(typed.word)) <= 2
            AND levenshtein_less_equal(vocabulary.word, typed.word, 2)
                <= CASE WHEN length(typed.word) > 4 THEN 2 ELSE 1 END)
)
SELECT DISTINCT ON (typed) typed, word FROM close ORDER BY typed, word <> typed, distance, uses DESC, word
"""


def mended(q, at):
    """What to search instead of a text that no open project has, or "" when it is spelled right or cannot be mended."""
    if OPERATORS.search(q) or exists(q, at):
        return ""
    corrected = mend(q)
    return corrected if corrected and exists(corrected, at) else ""


def exists(q, at):
    return Listing.objects.filter(
        document=SearchQuery(q, config="english", search_type="websearch"), closes_at__gt=at
    ).exists()


def mend(q):
    """The text with every word replaced by the nearest that projects use, or "" when a word has none."""
    typed = [word[:40] for word in re.findall(r"\w+", q.lower())][:WORDS]
    with connection.cursor() as cursor:
        cursor.execute(MEND, {"typed": [word for word in typed if len(word) > 2], "newest": NEWEST})
        found = dict(cursor.fetchall())
    if any(len(word) > 2 and word not in found for word in typed):
        return ""
    mended = " ".join(found.get(word, word) for word in typed)
    return mended if mended != " ".join(typed) else ""
