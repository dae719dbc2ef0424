"""A search as it is kept: the address of its page of results, and what that asks for."""

from django.db import connection
from django.http import QueryDict

from projects.search import statement
from projects.search.filters import Filters, parse, parse_all

GROUPS = ("q", "skill", "field", "organization", "pay", "hours", "where", "level")


def canonical(query):
    """The query string of a QueryDict with known filters alone, in one order: the same search is one row."""
    return address_of(parse(query))


def address_of(filters):
    """The canonical query string of Filters."""
    kept = QueryDict(mutable=True)
    chips = [chip for chip in filters.chips() if chip.group in GROUPS]  # "closes within" is about today
    for chip in sorted(chips, key=lambda chip: (GROUPS.index(chip.group), chip.value)):
        kept.appendlist(chip.group, chip.value)
    return kept.urlencode()


def filters_of(query):
    """The Filters of a kept query string; names of skills and organizations as they are today."""
    return parse(QueryDict(query))


def filters_of_all(queries):
    """As filters_of, for several in one query."""
    return parse_all([QueryDict(query) for query in queries])


def not_kept(filters):
    """[Chip] of what a saved search leaves out: "fits me" and "closes within" are about one person and today."""
    return [chip for chip in filters.chips() if chip.group not in GROUPS]


def name_of(filters):
    """ "SQL, Remote, $300 or more": a name until the person gives one."""
    return ", ".join(chip.label.strip("“”") for chip in filters.chips())[:80]


# What a student asked not to hear of, of listings `l`.
UNWANTED = """
  AND NOT EXISTS (SELECT FROM projects_hiddenproject h
                  WHERE h.project_id = l.project_id AND h.student_id = {student})
  AND NOT EXISTS (SELECT FROM accounts_block b WHERE b.organization_id = l.organization_id
                  AND b.student_id = {student})
"""
NEW = """
SELECT l.opened_at, l.project_id, {card} FROM projects_listing l
WHERE {condition} AND l.opened_at > %(told)s AND l.opened_at <= %(until)s {unwanted}
ORDER BY l.opened_at DESC, l.project_id DESC LIMIT %(size)s
"""


def new_in(search, *, until, at, size):
    """[statement.Row] of what opened after the last look and up to `until`, as the search has it: newest first."""
    filters = filters_of(search.query)
    if filters == Filters():
        return []
    condition, values = statement.where(filters, at)
    card = statement.CARD.format(**statement.marks(is_student=False))
    asked = NEW.format(card=card, condition=condition, unwanted=UNWANTED.format(student="%(student)s"))
    values |= {
        "told": search.told_until, "until": until, "size": size, "student": search.student_id, "live": statement.LIVE,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(asked, values)
        return [statement.row_of(*row) for row in cursor]
