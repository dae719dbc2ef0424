"""What somebody who types a search may mean: competencies that are called so, and projects whose title says so."""

import re

from marketplace.db import ask_quickly
from marketplace.replica import connection
from marketplace.skills.queries import search_skills
from projects.search import front

SKILLS, PROJECTS = 4, 4
LETTERS = 50  # of a text that are looked at
WORDS = 6
LONG_ENOUGH = 3  # letters of the word that is still being typed: fewer begin too many words
LOOKED_AT = 600  # projects of those that have the words anywhere, where the newest have too few in their titles
NEAR = 0  # which of the first few listings are looked at before all (samples.First)
TITLES = """
WITH few AS MATERIALIZED (
    SELECT project_id, opened_at FROM projects_listing
    WHERE closes_at > %(at)s AND document @@ to_tsquery('english', %(words)s) AND tokens && %(near)s::int[]
), more AS MATERIALIZED (
    SELECT project_id, opened_at FROM (
        SELECT * FROM projects_listing
        WHERE closes_at > %(at)s AND document @@ to_tsquery('english', %(anywhere)s)
          AND (SELECT count(*) FROM few) < %(size)s LIMIT %(most)s
    ) named WHERE document @@ to_tsquery('english', %(words)s)
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
    first = front.fresh("opened_at", at)
    values = {
        "at": at, "size": PROJECTS, "most": LOOKED_AT, "near": first.steps[NEAR] if first else None,
        "words": " & ".join([*(f"'{word}':A" for word in words[:-1]), f"'{words[-1]}':*A"]),
        "anywhere": " & ".join([*(f"'{word}'" for word in words[:-1]), f"'{words[-1]}':*"]),
    }  # fmt: skip
    with connection().cursor() as cursor:
        ask_quickly(cursor, TITLES, values)
        return cursor.fetchall()
