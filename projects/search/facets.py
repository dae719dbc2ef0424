"""What else there is: each option of each filter with the number of projects it would show, given the other filters.

The options of a filter that is set are alternatives to each other: counting them takes a sample without that filter.
So they are counted where somebody wants to choose among them, and a list says of such a filter only what is chosen.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings

from marketplace.money import exponent
from marketplace.skills.models import Level
from projects.search.filters import (
    HOURS,
    PAY,
    WHERE,
    WITHIN,
    hours_label,
    pay_label,
    within_label,
)

SKILLS = 40  # options of a facet at most
FIRST = 6  # options shown at once


class NamedFacet(NamedTuple):
    """`column` of a listing, `each` id in it, the `table` with their names."""

    column: str
    each: str
    table: str


NAMED = {
    "skill": NamedFacet("skill_ids", "unnest(skill_ids)", "skills_skill"),
    "field": NamedFacet("field_id", "field_id", "skills_skillfamily"),
}
# {group: (column of a listing, a test of it for each option)}: what the tokens of projects_listings_of say.
TESTS = {
    "pay": ("fee_amount", [f"{{}} >= {least * 10 ** exponent(settings.CURRENCY)}" for least in PAY]),
    "hours": ("hours", [f"{{}} BETWEEN {least} AND {most}" for least, most in HOURS.values()]),
    "where": ("is_remote", ["{}" if value == "remote" else "NOT {}" for value in WHERE]),
    "level": ("level", [f"{{}} = {level}" for level in Level.values]),
    "within": ("closes_at", [f"{{}} <= %(within_{days})s" for days in WITHIN]),
}
FITS = "asked <@ (SELECT c.tokens FROM projects_candidate c WHERE c.student_id = %({})s)"
GROUPS = frozenset({*NAMED, *TESTS})
OPTIONS = GROUPS - {"within"}
COUNTED = "(SELECT * FROM sample LIMIT %(most)s) counted"  # a sample has one more, to tell that there is more


@dataclass
class Option:
    value: str
    label: str
    count: int | None  # None: not counted
    checked: bool


@dataclass
class Facet:
    """`kind` is "checkbox" (any of them) or "radio" (one, with "Any")."""

    name: str
    label: str
    kind: str
    options: list = field(default_factory=list)
    is_counted: bool = True  # else only what is chosen is

    @property
    def is_partial(self):
        """Only what is chosen is listed at all."""
        return not self.is_counted and self.name in NAMED

    @property
    def first(self):
        """Six at most, and whatever is chosen."""
        return [option for number, option in enumerate(self.options) if number < FIRST or option.checked]

    @property
    def more(self):
        return [option for number, option in enumerate(self.options) if number >= FIRST and not option.checked]

    @property
    def chosen(self):
        return sum(option.checked for option in self.options)


def those_set(filters):
    """The groups that are set: their options are alternatives to each other, counted without the group."""
    return [group for group in filters.tokens() if group in OPTIONS] + ["within"] * (filters.within is not None)


def columns(group=None, *, student=None):
    """Names of the columns that the sample of this group must have, or that of all."""
    if group is not None:
        return [NAMED[group].column if group in NAMED else TESTS[group][0]]
    named = [facet.column for facet in NAMED.values()]
    return named + [column for column, _tests in TESTS.values()] + ["asked"] * (student is not None)


def parameters(filters, at):
    chosen = {"skill": filters.skills, "field": filters.fields}
    ids = {f"chosen_{group}": [item.pk for item in chosen[group]] for group in NAMED}
    return {f"within_{days}": at + timedelta(days=days) for days in WITHIN} | ids


def counts(groups, student):
    """{name: SQL} that counts the options with a fixed list in the samples of statement.py."""
    fixed = [f"{_numbers(group)} AS of_{group}" for group in TESTS if group not in groups]
    fixed += [f"count(*) FILTER (WHERE {FITS.format('student')}) AS of_fits"] * (student is not None)
    return {"numbers": f"SELECT {', '.join(fixed)} FROM {COUNTED}"} if fixed else {}


def as_json(filters, groups, student):
    """SQL: {"skill" and "field": [[slug, name, number], …], the other groups: [number, …] as their list goes}.

    `groups`: those that have a sample of their own. Of another one that is set only what is chosen is told.
    """
    parts = []
    for group in TESTS:
        found = (
            f"SELECT {_numbers(group)} FROM sample_{group}" if group in groups else f"SELECT of_{group} FROM numbers"
        )
        parts.append(f"'{group}', ({found})")
    for group, facet in NAMED.items():
        source = f"sample_{group}" if group in groups else COUNTED
        chosen = f" WHERE id = ANY (%(chosen_{group})s)" if group in those_set(filters) and group not in groups else ""
        most = (
            f"SELECT id, count(*) AS number FROM (SELECT {facet.each} AS id FROM {source}) every{chosen} GROUP BY id"
            f" ORDER BY number DESC, id LIMIT {SKILLS}"
        )
        parts.append(
            f"'{group}', (SELECT json_agg(json_build_array(slug, name, number) ORDER BY number DESC, name)"
            f" FROM ({most}) most JOIN {facet.table} USING (id))"
        )
    parts += ["'fits', (SELECT of_fits FROM numbers)"] * (student is not None)
    return f"json_build_object({', '.join(parts)})::text"


def _numbers(group):
    column, tests = TESTS[group]
    counted = ", ".join(f"count(*) FILTER (WHERE {test.format(column)})" for test in tests)
    return f"json_build_array({counted})"


def facets(filters, found, alternatives):
    """[Facet] of what `as_json` gave for these groups of alternatives."""
    uncounted = [group for group in those_set(filters) if group not in alternatives]

    def fixed(group, label, kind, values, label_of, chosen):
        is_counted = group not in uncounted
        options = [
            Option(str(value), label_of(value), number if is_counted or value in chosen else None, value in chosen)
            for value, number in zip(values, found[group], strict=True)
        ]
        return Facet(group, label, kind, options, is_counted)

    def named(group, label, chosen):
        options = _named(found[group] or [], chosen)
        return Facet(group, label, "checkbox", options, group not in uncounted)

    fits = [Option("me", "I have shown all of it", found["fits"], filters.fits is not None)] if "fits" in found else []
    return [
        *([Facet("fits", "Fits me", "checkbox", fits)] if fits else []),
        named("skill", "Competencies", filters.skills),
        fixed("pay", "Pay", "radio", PAY, pay_label, [filters.pay]),
        fixed("hours", "Hours", "checkbox", HOURS, hours_label, filters.hours),
        fixed("within", "Application deadline", "radio", WITHIN, within_label, [filters.within]),
        fixed("where", "Where", "checkbox", WHERE, WHERE.get, filters.where),
        fixed("level", "Highest level asked", "checkbox", Level.values, lambda value: Level(value).label,
              filters.levels),
        named("field", "Field", filters.fields),
    ]  # fmt: skip


def _named(rows, chosen):
    """[Option] of the most frequent; a chosen one is listed even when it would show nothing."""
    slugs = {item.slug for item in chosen}
    options = [Option(slug, text, number, slug in slugs) for slug, text, number in rows]
    present = {option.value for option in options}
    return options + [Option(item.slug, item.name, 0, True) for item in chosen if item.slug not in present]
