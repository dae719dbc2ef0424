"""What somebody who types a search may mean: competencies that are called so, and projects whose title says so."""

import re

from marketplace.db import WALK, ask_quickly
from marketplace.replica import connection
from marketplace.skills.models import Level
from marketplace.skills.queries import names_found, normalized, with_matched
from projects.models import ASKED_PLACES
from projects.search import front, statement

SKILLS, PROJECTS = 4, 4
NAMED = 24  # competencies of which those that most projects ask for are suggested
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


# How many of the newest ask for each competency: the same for everybody, so where there are more it is kept a minute.
ASKED = """
WITH newest AS MATERIALIZED (
    SELECT skill_ids FROM projects_listing WHERE closes_at > %(at)s
    ORDER BY opened_at DESC, project_id DESC LIMIT %(newest)s
)
SELECT (SELECT count(*) FROM newest), (SELECT json_object_agg(skill, number)::text FROM (
    SELECT skill, count(*) AS number FROM newest CROSS JOIN LATERAL unnest(skill_ids) skill GROUP BY skill
) counted)
"""
# Which of these an older one asks for, by the indexes of for_you.py.
OLDER = "SELECT one.skill FROM unnest(%(skills)s) one (skill) WHERE " + " OR ".join(
    "EXISTS (SELECT FROM projects_listing"
    f" WHERE closes_at > %(at)s AND asked[{place}] = (one.skill * 8 + {level})::int)"
    for place in ASKED_PLACES
    for level in Level.values
)
kept = {}  # {"asked": front.Kept numbers}


def suggestions(text, at):
    """([Skill with `matched`], [(code, title, organization)]): a handful of each.

    Of competencies those that most of the newest projects ask for, the one of exactly this name first.
    """
    text = text.replace("\x00", " ").strip()[:LETTERS]
    return (asked_for(text, at) if text else []), titles(text, at)


def asked_for(text, at):
    """[Skill with `matched`] that are called so and that open projects ask for."""
    found = names_found(text, NAMED, enough=SKILLS)
    numbers, is_all = asked(at) if found else ({}, True)
    rest = [pk for pk in found if pk not in numbers][: 2 * SKILLS]
    if rest and not is_all and sum(pk in numbers for pk in found) < SKILLS:
        with connection().cursor() as cursor:
            ask_quickly(cursor, OLDER, {"skills": rest, "at": at}, types="skills bigint[], at timestamptz", local=WALK)
            numbers = numbers | {pk: 0 for (pk,) in cursor}
    wanted, called = [pk for pk in found if pk in numbers], normalized(text)
    wanted.sort(key=lambda pk: (found[pk].lower() != called, -numbers[pk]))  # else as found
    return with_matched({pk: found[pk] for pk in wanted[:SKILLS]})


def asked(at):
    """({skill id: how many of the newest open projects ask for it}, whether those are all)"""
    found = front.fresh(kept, "asked", at)
    if found is not None:
        return found, False
    with connection().cursor() as cursor:
        ask_quickly(cursor, ASKED, {"at": at, "newest": NEWEST})
        looked_at, counted = cursor.fetchone()
    numbers = statement.levels_of(counted)
    if looked_at == NEWEST:
        kept["asked"] = front.Kept(at, numbers)
    return numbers, looked_at < NEWEST


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
