"""What the reader asked for, read from a query string. Unknown values are dropped: a link never breaks."""

from dataclasses import dataclass, replace
from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from marketplace.money import exponent, format_money
from marketplace.skills.models import Level, Skill, SkillFamily

MAX_QUERY = 200  # characters of a search that are looked at
MAX_CHOICES = 20  # values of one filter
PAY = [300, 500, 800, 1_200]  # major units, "or more"
HOURS = {"10-15": (10, 15), "16-24": (16, 24), "25-40": (25, 40)}
WITHIN = [3, 7, 14]  # days to the application deadline
WHERE = {"remote": (True, "Remote"), "onsite": (False, "On site")}


def pay_amount(value):
    """Major units of the site's currency as minor units."""
    return value * 10 ** exponent(settings.CURRENCY)


def pay_label(value):
    return f"{format_money(pay_amount(value), settings.CURRENCY)} or more"


@dataclass(frozen=True)
class Chip:
    """One active filter: `group` and `value` as in the query string, `label` as the reader sees it."""

    group: str
    value: str
    label: str


@dataclass(frozen=True)
class Filters:
    q: str = ""
    skills: tuple = ()  # Skill objects
    fields: tuple = ()  # SkillFamily objects
    pay: int | None = None
    hours: tuple = ()
    within: int | None = None
    where: tuple = ()
    levels: tuple = ()

    def conditions(self, at, text=None):
        """{group: Q over Listing} of what is set, always with `open`; `text` is the condition search made of `q`."""
        found = {"open": Q(closes_at__gt=at)}
        if text is not None:
            found["q"] = text
        if self.skills:
            found["skill"] = Q(skill_ids__overlap=[skill.pk for skill in self.skills])
        if self.fields:
            found["field"] = Q(field__in=self.fields)
        if self.pay is not None:
            found["pay"] = pay_condition(self.pay)
        if self.hours:
            found["hours"] = any_of(hours_condition(value) for value in self.hours)
        if self.within is not None:
            found["within"] = within_condition(self.within, at)
        if self.where:
            found["where"] = any_of(where_condition(value) for value in self.where)
        if self.levels:
            found["level"] = Q(level__in=self.levels)
        return found

    def chips(self):
        """Every active filter, in the order of the page."""
        found = [Chip("q", self.q, f"“{self.q}”")] if self.q else []
        found += [Chip("skill", skill.slug, skill.name) for skill in self.skills]
        found += [Chip("field", family.slug, family.name) for family in self.fields]
        if self.pay is not None:
            found.append(Chip("pay", str(self.pay), pay_label(self.pay)))
        found += [Chip("hours", value, hours_label(value)) for value in self.hours]
        if self.within is not None:
            found.append(Chip("within", str(self.within), within_label(self.within)))
        found += [Chip("where", value, WHERE[value][1]) for value in self.where]
        return found + [Chip("level", str(value), f"{Level(value).label} level") for value in self.levels]

    def without(self, chip):
        """The same filters less this one."""
        if chip.group in ("q", "pay", "within"):
            return replace(self, **{chip.group: "" if chip.group == "q" else None})
        name = {"skill": "skills", "field": "fields", "level": "levels"}.get(chip.group, chip.group)
        kept = tuple(item for item in getattr(self, name) if str(getattr(item, "slug", item)) != chip.value)
        return replace(self, **{name: kept})


def parse(query):
    """Filters from a QueryDict. Two queries at most: the skills and the fields that are named."""
    slugs, families = query.getlist("skill")[:MAX_CHOICES], query.getlist("field")[:MAX_CHOICES]
    return Filters(
        q=" ".join(query.get("q", "").replace("\x00", " ").split())[:MAX_QUERY],
        skills=named(Skill, slugs),
        fields=named(SkillFamily, families),
        pay=one_of(query.get("pay"), PAY),
        hours=tuple(value for value in HOURS if value in query.getlist("hours")),
        within=one_of(query.get("within"), WITHIN),
        where=tuple(value for value in WHERE if value in query.getlist("where")),
        levels=tuple(level.value for level in Level if str(level.value) in query.getlist("level")),
    )


def named(model, slugs):
    slugs = [slug.replace("\x00", "") for slug in slugs]
    return tuple(model.objects.filter(slug__in=slugs).order_by("name")) if slugs else ()


def one_of(text, allowed):
    return int(text) if text in {str(value) for value in allowed} else None


def pay_condition(value):
    return Q(fee_amount__gte=pay_amount(value))


def hours_condition(value):
    low, high = HOURS[value]
    return Q(hours__gte=low, hours__lte=high)


def hours_label(value):
    return f"{HOURS[value][0]}–{HOURS[value][1]} h"


def within_condition(days, at):
    return Q(closes_at__lte=at + timedelta(days=days))


def within_label(days):
    return f"Closes within {days} days"


def where_condition(value):
    return Q(is_remote=WHERE[value][0])


def any_of(conditions):
    found = Q()
    for condition in conditions:
        found |= condition
    return found


def all_of(conditions):
    found = Q()
    for condition in conditions:
        found &= condition
    return found
