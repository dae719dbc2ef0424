"""What else there is: each option of each filter with the number of projects it would show, given the other filters."""

from dataclasses import dataclass, field
from datetime import timedelta

from marketplace.skills.models import Level
from projects.search.filters import (
    AT_LEVEL,
    FIELD,
    HOURS,
    IN_HOURS,
    IS_WHERE,
    PAY,
    PAYS,
    SKILL,
    WHERE,
    WITHIN,
    hours_label,
    pay_label,
    within_label,
)

SKILLS = 40  # options of a facet at most
FIRST = 6  # options shown at once
KINDS = {"skill": SKILL, "field": FIELD, "pay": PAYS, "hours": IN_HOURS, "where": IS_WHERE, "level": AT_LEVEL}
NAMED = {"skill": "skills_skill", "field": "skills_skillfamily"}


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
    return [group for group in filters.tokens() if group in KINDS] + ["within"] * (filters.within is not None)


def counts(groups):
    """{name: SQL} that counts the tokens of the samples of statement.py."""
    counted = "SELECT token, count(*) AS number FROM {}, unnest(tokens) token {} GROUP BY token"
    parts = {"counts": counted.format("sample", "")}
    for group in groups:
        if group != "within":
            parts[f"counts_{group}"] = counted.format(f"sample_{group}", f"WHERE token & 15 = {KINDS[group]}")
    return parts


def parameters(at):
    return {f"within_{days}": at + timedelta(days=days) for days in WITHIN}


def as_json(groups):
    """SQL: {"tokens": {token: number}, "skill" and "field": [[slug, name, number], …], "within": [number, …]}."""
    fixed = ["SELECT token, number FROM counts WHERE token & 15 > 2"]
    fixed += [f"SELECT token, number FROM counts_{group}" for group in groups if group not in ("within", *NAMED)]
    kept = ", ".join(str(KINDS[group]) for group in groups if group in KINDS)
    if kept:
        fixed[0] += f" AND token & 15 NOT IN ({kept})"
    parts = [f"'tokens', (SELECT json_object_agg(token, number) FROM ({' UNION ALL '.join(fixed)}) found)"]
    for group, table in NAMED.items():
        source = f"counts_{group}" if group in groups else "counts"
        most = (
            f"SELECT token >> 4 AS id, number FROM {source} WHERE token & 15 = {KINDS[group]}"
            f" ORDER BY number DESC, token LIMIT {SKILLS}"
        )
        parts.append(
            f"'{group}', (SELECT json_agg(json_build_array(slug, name, number) ORDER BY number DESC, name)"
            f" FROM ({most}) most JOIN {table} USING (id))"
        )
    sums = ", ".join(f"count(*) FILTER (WHERE closes_at <= %(within_{days})s)" for days in WITHIN)
    sample = "sample_within" if "within" in groups else "sample"
    parts.append(f"'within', (SELECT json_build_array({sums}) FROM {sample})")
    return f"json_build_object({', '.join(parts)})::text"


def facets(filters, found):
    """[Facet] of what `as_json` gave."""
    numbers = found["tokens"] or {}

    def options(kind, values, label, chosen):
        return [
            Option(str(value), label(value), numbers.get(str(16 * number + kind), 0), value in chosen)
            for number, value in enumerate(values, 1)
        ]

    within = [
        Option(str(days), within_label(days), number, filters.within == days)
        for days, number in zip(WITHIN, found["within"], strict=True)
    ]
    return [
        _named("skill", "Competencies", found["skill"], filters.skills),
        Facet("pay", "Pay", "radio", options(PAYS, PAY, pay_label, [filters.pay])),
        Facet("hours", "Hours", "checkbox", options(IN_HOURS, HOURS, hours_label, filters.hours)),
        Facet("within", "Application deadline", "radio", within),
        Facet("where", "Where", "checkbox", options(IS_WHERE, WHERE, WHERE.get, filters.where)),
        Facet("level", "Highest level asked", "checkbox",
              options(AT_LEVEL, Level.values, lambda value: Level(value).label, filters.levels)),
        _named("field", "Field", found["field"], filters.fields),
    ]  # fmt: skip


def _named(name, label, rows, chosen):
    """The most frequent; a chosen one is listed even when it would show nothing."""
    slugs = {item.slug for item in chosen}
    options = [Option(slug, text, number, slug in slugs) for slug, text, number in rows or []]
    present = {option.value for option in options}
    options += [Option(item.slug, item.name, 0, True) for item in chosen if item.slug not in present]
    return Facet(name, label, "checkbox", options)
