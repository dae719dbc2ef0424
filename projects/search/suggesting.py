"""What somebody who types a search may mean: competencies that are called so, and projects whose title says so."""

import re

from marketplace.db import ask_quickly
from marketplace.replica import connection
from marketplace.skills.queries import search_skills

SKILLS, PROJECTS = 4, 4
LETTERS = 50  # of a text that are looked at
WORDS = 6
LONG_ENOUGH = 3  # letters of the word that is still being typed: fewer begin too many words
NEWEST = 2_000  # projects whose titles are looked at
LOOKED_AT = 600  # projects of those that have the words anywhere, where too few of the newest have them in their titles
# The newest are walked through: their headline is in the row, and the beginning of a word is many words of the index.
TITLES = """
WITH few AS MATERIALIZED (
    SELECT project_id, opened_at FROM (
        SELECT * FROM projects_listing WHERE closes_at > %(at)s
        ORDER BY opened_at DESC, project_id DESC LIMIT %(newest)s
    ) walked WHERE headline @@ to_tsquery('english', %(words)s)
), more AS MATERIALIZED (
    SELECT project_id, opened_at FROM (
        SELECT * FROM projects_listing
        WHERE closes_at > %(at)s AND document @@ to_tsquery('english', %(anywhere)s)
          AND (SELECT count(*) FROM few) < %(size)s LIMIT %(most)s
    ) named WHERE headline @@ to_tsquery('english', %(words)s)
), newest AS (
    SELECT * FROM few UNION SELECT * FROM more ORDER BY opened_at DESC, project_id DESC LIMIT %(size)s
)
SELECT card->>'code', card->>'title', card->>'organization' FROM newest JOIN projects_listing USING (project_id)
ORDER BY newest.opened_at DESC, project_id DESC
"""


def suggestions(text, at):
    """([Skill with `matched`], [(code, title, organization)]): a handful of each, the newest projects first."""
    text = text.replace("\x00", " ").strip()[:LETTERS]
    return (search_skills(text, limit=SKILLS) if text else []), titles(text, at)


def titles(text, at):
    """[(code, title, organization)] of open projects with these words in the title, the last one perhaps unfinished."""
    words = re.findall(r"\w+", text.lower())[:WORDS]
    if not words or len(words[-1]) < LONG_ENOUGH:
        return []
    values = {
        "at": at, "size": PROJECTS, "most": LOOKED_AT, "newest": NEWEST,
        "words": " & ".join([*(f"'{word}':A" for word in words[:-1]), f"'{words[-1]}':*A"]),
        "anywhere": " & ".join([*(f"'{word}'" for word in words[:-1]), f"'{words[-1]}':*"]),
    }  # fmt: skip
    with connection().cursor() as cursor:
        ask_quickly(cursor, TITLES, values)
        return cursor.fetchall()
