"""What else there is: each option of each filter with the number of projects it would show, given the other filters."""

from dataclasses import dataclass, field

from django.db.models import Count, Q

from marketplace.skills.models import Level
from projects.models import Competency, Listing
from projects.search.filters import (
    HOURS,
    PAY,
    WHERE,
    WITHIN,
    all_of,
    hours_condition,
    hours_label,
    pay_condition,
    pay_label,
    where_condition,
    within_condition,
    within_label,
)

SKILLS = 40  # options of a facet at most
FIRST = 6  # options shown at once


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


def facets(filters, conditions, *, at):
    """(total, [Facet]) in three queries, whatever is filtered."""
    base = Listing.objects.filter(conditions["open"], conditions.get("q", Q()))
    total, numbers = counts(base, filters, conditions, at)
    return total, [
        skill_facet(base, filters, conditions),
        Facet("pay", "Pay", "radio", numbers["pay"]),
        Facet("hours", "Hours", "checkbox", numbers["hours"]),
        Facet("within", "Application deadline", "radio", numbers["within"]),
        Facet("where", "Where", "checkbox", numbers["where"]),
        Facet("level", "Highest level asked", "checkbox", numbers["level"]),
        field_facet(base, filters, conditions),
    ]


def others(conditions, group):
    """Every filter but this group's: its options are alternatives to each other."""
    return all_of(condition for name, condition in conditions.items() if name not in (group, "q", "open"))


def counts(base, filters, conditions, at):
    """The total and the options of the facets whose values are fixed, in one statement."""
    plans = {
        "pay": [(value, pay_label(value), pay_condition(value), filters.pay == value) for value in PAY],
        "hours": [(value, hours_label(value), hours_condition(value), value in filters.hours) for value in HOURS],
        "within": [
            (value, within_label(value), within_condition(value, at), filters.within == value) for value in WITHIN
        ],
        "where": [(value, WHERE[value][1], where_condition(value), value in filters.where) for value in WHERE],
        "level": [(level.value, level.label, Q(level=level.value), level.value in filters.levels) for level in Level],
    }
    wanted = {"total": Count("pk", filter=others(conditions, None) or None)}
    for group, plan in plans.items():
        for number, (_value, _label, condition, _checked) in enumerate(plan):
            wanted[f"{group}_{number}"] = Count("pk", filter=others(conditions, group) & condition)
    found = base.aggregate(**wanted)
    options = {
        group: [
            Option(str(value), label, found[f"{group}_{number}"], checked)
            for number, (value, label, _condition, checked) in enumerate(plan)
        ]
        for group, plan in plans.items()
    }
    return found["total"], options


def skill_facet(base, filters, conditions):
    """The skills asked for most; a chosen one is listed even when it would show nothing."""
    projects = base.filter(others(conditions, "skill")).values("pk")
    rows = Competency.objects.filter(project__in=projects).values("skill__slug", "skill__name")
    rows = rows.annotate(number=Count("pk")).order_by("-number", "skill__name")[:SKILLS]
    found = [(row["skill__slug"], row["skill__name"], row["number"]) for row in rows]
    return _named_facet("skill", "Competencies", found, filters.skills)


def field_facet(base, filters, conditions):
    rows = base.filter(others(conditions, "field")).values("field__slug", "field__name")
    rows = rows.annotate(number=Count("pk")).order_by("-number", "field__name")[:SKILLS]
    found = [(row["field__slug"], row["field__name"], row["number"]) for row in rows]
    return _named_facet("field", "Field", found, filters.fields)


def _named_facet(name, label, rows, chosen):
    slugs = {item.slug for item in chosen}
    options = [Option(slug, text, number, slug in slugs) for slug, text, number in rows]
    present = {option.value for option in options}
    options += [Option(item.slug, item.name, 0, True) for item in chosen if item.slug not in present]
    return Facet(name, label, "checkbox", options)
