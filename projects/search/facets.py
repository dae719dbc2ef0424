"""What else there is: each option of each filter with the number of projects it would show, given the other filters."""

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
OPTIONS = {*NAMED, *TESTS} - {"within"}


@dataclass
class Option:
    value: str
    label: str
    count: int
    checked: bool


@dataclass
class Facet:
    """`kind` is "checkbox" (any of them) or "radio" (one, with "Any")."""

    name: str
    label: str
    kind: str
    options: list = field(default_factory=list)

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


def alternatives(filters):
    """The groups that are set: their options are alternatives to each other, counted without the group."""
    return [group for group in filters.tokens() if group in OPTIONS] + ["within"] * (filters.within is not None)


def columns(group=None, *, student=None):
    """SQL: what the sample of this group must read, or that of all."""
    names = [NAMED[group].column] if group in NAMED else [TESTS[group][0]] if group in TESTS else []
    if group is None:
        names = [facet.column for facet in NAMED.values()] + [column for column, _tests in TESTS.values()]
        names += ["asked"] * (student is not None)
    return "".join(f", l.{name}" for name in names)


def parameters(at):
    return {f"within_{days}": at + timedelta(days=days) for days in WITHIN}


def counts(groups, student):
    """{name: SQL} that counts the options with a fixed list in the samples of statement.py."""
    fixed = [f"{_numbers(group)} AS of_{group}" for group in TESTS if group not in groups]
    fixed += [f"count(*) FILTER (WHERE {FITS.format('student')}) AS of_fits"] * (student is not None)
    return {"numbers": f"SELECT {', '.join(fixed)} FROM sample"} if fixed else {}


def as_json(groups, student):
    """SQL: {"skill" and "field": [[slug, name, number], …], the other groups: [number, …] as their list goes}."""
    parts = []
    for group in TESTS:
        found = (
            f"SELECT {_numbers(group)} FROM sample_{group}" if group in groups else f"SELECT of_{group} FROM numbers"
        )
        parts.append(f"'{group}', ({found})")
    for group, facet in NAMED.items():
        source = f"sample_{group}" if group in groups else "sample"
        most = (
            f"SELECT id, count(*) AS number FROM (SELECT {facet.each} AS id FROM {source}) every GROUP BY id"
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


def facets(filters, found):
    """[Facet] of what `as_json` gave."""

    def options(group, values, label, chosen):
        pairs = zip(values, found[group], strict=True)
        return [Option(str(value), label(value), number, value in chosen) for value, number in pairs]

    fits = [Option("me", "I have shown all of it", found["fits"], filters.fits is not None)] if "fits" in found else []
    return [
        *([Facet("fits", "Fits me", "checkbox", fits)] if fits else []),
        _named("skill", "Competencies", found["skill"], filters.skills),
        Facet("pay", "Pay", "radio", options("pay", PAY, pay_label, [filters.pay])),
        Facet("hours", "Hours", "checkbox", options("hours", HOURS, hours_label, filters.hours)),
        Facet("within", "Application deadline", "radio", options("within", WITHIN, within_label, [filters.within])),
        Facet("where", "Where", "checkbox", options("where", WHERE, WHERE.get, filters.where)),
        Facet("level", "Highest level asked", "checkbox",
              options("level", Level.values, lambda value: Level(value).label, filters.levels)),
        _named("field", "Field", found["field"], filters.fields),
    ]  # fmt: skip


def _named(name, label, rows, chosen):
    """The most frequent; a chosen one is listed even when it would show nothing."""
    slugs = {item.slug for item in chosen}
    options = [Option(slug, text, number, slug in slugs) for slug, text, number in rows or []]
    present = {option.value for option in options}
    options += [Option(item.slug, item.name, 0, True) for item in chosen if item.slug not in present]
    return Facet(name, label, "checkbox", options)
