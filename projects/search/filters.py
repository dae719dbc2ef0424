"""What the reader asked for, read from a query string. Unknown values are dropped: a link never breaks."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from django.conf import settings

from marketplace.accounts.models import Organization
from marketplace.money import exponent, format_money
from marketplace.replica import connection
from marketplace.skills.models import Level, Skill, SkillFamily

MAX_QUERY = 200  # characters of a search that are looked at
MANY_MINUS = re.compile(r'(?:-[^\w"]*){8,}')  # one after the other, with nothing to find between them
HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")  # between letters
MAX_CHOICES = 20  # values of one filter
PAY = [300, 500, 800, 1_200]  # major units, "or more"
HOURS = {"10-15": (10, 15), "16-24": (16, 24), "25-40": (25, 40)}
WITHIN = [3, 7, 14]  # days to the application deadline
WHERE = {"remote": "Remote", "onsite": "On site"}

# A token of a listing is 16 × value + kind. PAY and HOURS are written once more in projects_listings_of, which makes
# the tokens: the value there is the position here, from 1. The last three are its place in an order, each as
# three kinds, 3 apart, of which one is eight times as coarse as the one before (projects_place_tokens).
SKILL, FIELD, ORGANIZATION, IN_HOURS, PAYS, IS_WHERE, AT_LEVEL, OPENED, CLOSES, PAID = range(10)

NAMES = {"skill": Skill, "field": SkillFamily, "organization": Organization}  # what a slug in the address names


def token(kind, value):
    return 16 * value + kind


def pay_label(value):
    amount = value * 10 ** exponent(settings.CURRENCY)
    return f"{format_money(amount, settings.CURRENCY)} or more"


def hours_label(value):
    return f"{HOURS[value][0]}–{HOURS[value][1]} h"


def within_label(days):
    return f"Closes within {days} days"


@dataclass(frozen=True)
class Named:
    """A skill, a field or an organization that the address names by its slug."""

    pk: int
    slug: str
    name: str


@dataclass(frozen=True)
class Chip:
    """One active filter: `group` and `value` as in the query string, `label` as the reader sees it."""

    group: str
    value: str
    label: str


@dataclass(frozen=True)
class Filters:
    """`skills`, `fields` and `organizations` are of Named; the other values are those of the query string."""

    q: str = ""
    skills: tuple = ()
    fields: tuple = ()
    organizations: tuple = ()
    pay: int | None = None
    hours: tuple = ()
    within: int | None = None
    where: tuple = ()
    levels: tuple = ()
    fits: int | None = None  # the id of the student who has shown all that is asked for

    def tokens(self):
        """{group: tokens} of what is set: a listing must have one of each group."""
        found = {
            "skill": [token(SKILL, skill.pk) for skill in self.skills],
            "field": [token(FIELD, field.pk) for field in self.fields],
            "organization": [token(ORGANIZATION, organization.pk) for organization in self.organizations],
            "pay": [token(PAYS, PAY.index(self.pay) + 1)] if self.pay is not None else [],
            "hours": [token(IN_HOURS, list(HOURS).index(value) + 1) for value in self.hours],
            "where": [token(IS_WHERE, list(WHERE).index(value) + 1) for value in self.where],
            "level": [token(AT_LEVEL, value) for value in self.levels],
        }
        return {group: tokens for group, tokens in found.items() if tokens}

    def closes_before(self, at):
        return at + timedelta(days=self.within) if self.within is not None else None

    def chips(self):
        """Every active filter, in the order of the page."""
        found = [Chip("q", self.q, f"“{self.q}”")] if self.q else []
        found += [Chip("fits", "me", "Fits me")] if self.fits is not None else []
        found += [Chip("organization", row.slug, row.name) for row in self.organizations]
        found += [Chip("skill", skill.slug, skill.name) for skill in self.skills]
        found += [Chip("field", family.slug, family.name) for family in self.fields]
        if self.pay is not None:
            found.append(Chip("pay", str(self.pay), pay_label(self.pay)))
        found += [Chip("hours", value, hours_label(value)) for value in self.hours]
        if self.within is not None:
            found.append(Chip("within", str(self.within), within_label(self.within)))
        found += [Chip("where", value, WHERE[value]) for value in self.where]
        return found + [Chip("level", str(value), f"{Level(value).label} level") for value in self.levels]

    def without(self, chip):
        """The same filters less this one."""
        if chip.group in ("q", "pay", "within", "fits"):
            return replace(self, **{chip.group: "" if chip.group == "q" else None})
        name = chip.group if chip.group in ("hours", "where") else f"{chip.group}s"
        kept = tuple(item for item in getattr(self, name) if str(getattr(item, "slug", item)) != chip.value)
        return replace(self, **{name: kept})


def parse(query, student=None, *, among=None):
    """Filters from a QueryDict. One query at most, for what is named by a slug; none with `among`, what `named` found.

    "Fits me" is for this student alone.
    """
    slugs = {group: query.getlist(group)[:MAX_CHOICES] for group in NAMES}
    if among is None:
        found = named(slugs)
    else:
        found = {group: tuple(row for row in among[group] if row.slug in slugs[group]) for group in NAMES}
    return Filters(
        q=words_of(query.get("q", "")),
        skills=found["skill"],
        fields=found["field"],
        organizations=found["organization"],
        pay=one_of(query.get("pay"), PAY),
        hours=tuple(value for value in HOURS if value in query.getlist("hours")),
        within=one_of(query.get("within"), WITHIN),
        where=tuple(value for value in WHERE if value in query.getlist("where")),
        levels=tuple(level.value for level in Level if str(level.value) in query.getlist("level")),
        fits=student.pk if student is not None and query.get("fits") == "me" else None,
    )


def parse_all(queries):
    """Filters of each of these QueryDicts, together in one query at most."""
    slugs = {group: [slug for query in queries for slug in query.getlist(group)[:MAX_CHOICES]] for group in NAMES}
    among = named(slugs)
    return [parse(query, among=among) for query in queries]


def as_typed(text):
    """For the box that it was typed into."""
    return " ".join(text.replace("\x00", " ").split())[:MAX_QUERY]


def words_of(text):
    """A search as it is asked: PostgreSQL refuses a text of more than 32 signs that each say "not the next".

    And it finds "data-visualization" only where that is written with a hyphen, but the words either way.
    """
    words = MANY_MINUS.sub("-", text.replace("\x00", " ")).split()
    return " ".join(word if word.startswith("-") else HYPHEN.sub(" ", word) for word in words)[:MAX_QUERY]


def unknown(query, filters):
    """{group: slugs in a QueryDict that name nothing}, of those that `parse` looked at for these Filters."""
    known = {"skill": filters.skills, "field": filters.fields, "organization": filters.organizations}
    missing = {
        group: set(query.getlist(group)[:MAX_CHOICES]) - {"", *(row.slug for row in rows)}
        for group, rows in known.items()
    }
    return {group: sorted(slugs) for group, slugs in missing.items() if slugs}


LISTED = {"pay": PAY, "hours": HOURS, "within": WITHIN, "where": WHERE, "level": [level.value for level in Level]}
LISTED = {group: [str(value) for value in values] for group, values in LISTED.items()}


def unlisted(query, listed=LISTED):
    """Groups of which a QueryDict has a value that is not in their list."""
    return [group for group, values in listed.items() if not set(query.getlist(group)) <= {"", *values}]


def named(slugs):
    """{group: tuple of Named, by name} for {group: slugs}, in one query or none."""
    asked = {group: [slug.replace("\x00", "") for slug in values] for group, values in slugs.items() if values}
    found = {group: [] for group in slugs}
    if asked:
        parts = [
            f"SELECT '{group}', id, slug, name FROM {NAMES[group]._meta.db_table} WHERE slug = ANY (%s)"
            for group in asked
        ]
        with connection().cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts) + " ORDER BY 4", list(asked.values()))
            for group, *row in cursor:
                found[group].append(Named(*row))
    return {group: tuple(rows) for group, rows in found.items()}


def one_of(text, allowed):
    return int(text) if text in {str(value) for value in allowed} else None
