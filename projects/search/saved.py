"""A search as it is kept: the address of its page of results, and what that asks for."""

from django.http import QueryDict

from projects.search.filters import parse

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


def name_of(filters):
    """ "SQL, Remote, $300 or more": a name until the person gives one."""
    return ", ".join(chip.label.strip("“”") for chip in filters.chips())[:80]
