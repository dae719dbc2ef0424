"""What a search text means: full text first; for a text that finds nothing at all, its spelling mended."""

import re

from django.db import connection as primary
from django.db import transaction

from marketplace.db import ask_quickly
from marketplace.replica import connection
from projects.search import statement

NEWEST = 5_000  # projects whose words make up the vocabulary
ONE_AT_A_TIME = 0x70776465  # the advisory lock of whoever notes the words
WAYS_OUT = 8  # filters that are tried without, on an empty page
WORDS = 8  # of a text that are mended at most
OPERATORS = re.compile(r'"|(?:^|\s)-\S|\bOR\b')  # of websearch_to_tsquery: the reader knows what to ask for

COUNTED = """
    SELECT word, count(*) AS uses
    FROM (SELECT unnest(string_to_array(words, ' ')) AS word
          FROM (SELECT words FROM projects_listing ORDER BY opened_at DESC LIMIT %(newest)s) newest) all_words
    WHERE length(word) BETWEEN 3 AND 40 AND {condition} GROUP BY word
"""

# A word of the vocabulary that starts so, or else the nearest: one edit in a short word, two in a longer one. And
# whether an open project has the text as it was typed: then nothing is spelled wrong, whatever the vocabulary says.
# That is counted, as the planner would walk through all rows to find one, and only where a word is so rare that the
# vocabulary has it not.
MEND = """
WITH counted AS MATERIALIZED ({counted}), close AS (
    SELECT typed.word AS typed, vocabulary.word, vocabulary.uses,
           CASE WHEN starts_with(vocabulary.word, typed.word) THEN 0
                ELSE levenshtein_less_equal(vocabulary.word, typed.word, 2) END AS distance
    FROM unnest(%(typed)s::text[]) AS typed(word)
    JOIN (SELECT word, uses FROM projects_searchword UNION ALL SELECT word, uses FROM counted) vocabulary
        ON starts_with(vocabulary.word, typed.word)
        OR (length(vocabulary.word) BETWEEN length(typed.word) - 2 AND length(typed.word) + 2
            AND levenshtein_less_equal(vocabulary.word, typed.word, 2)
                <= CASE WHEN length(typed.word) > 4 THEN 2 ELSE 1 END)
), nearest AS (
    SELECT DISTINCT ON (typed) typed, word FROM close ORDER BY typed, word <> typed, distance, uses DESC, word
)
SELECT CASE WHEN (SELECT bool_and(EXISTS (SELECT FROM projects_searchword w WHERE w.word = one.word)
                                  OR EXISTS (SELECT FROM counted w WHERE w.word = one.word))
                  FROM unnest(%(typed)s::text[]) one (word))
            THEN true ELSE (SELECT count(*) > 0 FROM projects_listing
                  WHERE document @@ websearch_to_tsquery('english', %(q)s) AND closes_at > %(at)s) END,
       (SELECT json_object_agg(typed, word) FROM nearest)
""".strip().format(counted=COUNTED.format(condition="NOT EXISTS (SELECT FROM projects_searchword)"))

IS_COMMON = r"%(q)s ~ '\w' AND numnode(websearch_to_tsquery('english', %(q)s)) = 0"

# The vocabulary is kept where listings are many; where they are few it is counted for each search.
KEEP = """
WITH counted AS ({counted}), gone AS (
    DELETE FROM projects_searchword WHERE word NOT IN (SELECT word FROM counted)
)
INSERT INTO projects_searchword (word, uses) SELECT word, uses FROM counted
ON CONFLICT (word) DO UPDATE SET uses = excluded.uses
""".format(counted=COUNTED.format(condition="(SELECT count(*) FROM projects_listing) >= %(newest)s"))


@transaction.atomic
def keep_words():
    """Note the words of the newest listings anew, one worker at a time."""
    with primary.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        cursor.execute(KEEP, {"newest": NEWEST})


def lost(filters, at):
    """For a search that found nothing, in one query: (what to search instead, whether all its words are too common to
    be looked for, how many each way out would find).

    The text is "" when it is spelled right or cannot be mended; the ways out are those of the text as it was typed.
    """
    typed = [] if OPERATORS.search(filters.q) else [word[:40] for word in re.findall(r"\w+", filters.q.lower())][:WORDS]
    ways, values = statement.counting(one_less(filters), at)
    values |= {"typed": [word for word in typed if len(word) > 2], "newest": NEWEST, "q": filters.q, "at": at}
    with connection().cursor() as cursor:
        ask_quickly(cursor, ", ".join([MEND if typed else "SELECT true, NULL", IS_COMMON, *ways]), values)
        is_right, nearest, is_common, *numbers = cursor.fetchone()
    return "" if is_right else mended(typed, nearest or {}), is_common, numbers


def one_less(filters):
    """These Filters without one of them, for each."""
    return [filters.without(chip) for chip in filters.chips()[:WAYS_OUT]]


def mended(typed, nearest):
    """These words with each replaced by the nearest that projects use, or "" when one has none or nothing changes."""
    if any(len(word) > 2 and word not in nearest for word in typed):
        return ""
    corrected = " ".join(nearest.get(word, word) for word in typed)
    return corrected if corrected != " ".join(typed) else ""
