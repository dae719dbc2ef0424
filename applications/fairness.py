"""The statistics of the fairness report, and what of them may be shown. Pure functions; docs/fairness.md explains.

A figure is shown only if it is about at least FEWEST people and no smaller group can be computed from what is shown.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

FEWEST = 10  # people in anything that is shown
FOUR_FIFTHS = 0.8  # 29 CFR 1607.4(D)
WAIT = timedelta(days=60)  # from the end of a quarter to its report: by then the last applicant has an answer


@dataclass(frozen=True, order=True)
class Quarter:
    """A calendar quarter in UTC: the only period there is, so that no two periods overlap."""

    year: int
    number: int  # 1–4

    @classmethod
    def of(cls, moment):
        return cls(moment.year, (moment.month + 2) // 3)

    @property
    def first_day(self):
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def starts_at(self):
        return datetime(self.year, 3 * self.number - 2, 1, tzinfo=UTC)

    @property
    def ends_at(self):
        return self.next().starts_at

    @property
    def reported_at(self):
        return self.ends_at + WAIT

    def next(self):
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)

    def __str__(self):
        return ["January to March", "April to June", "July to September", "October to December"][
            self.number - 1
        ] + f" {self.year}"


def quarters(first, *, reported_by):
    """Every quarter from that of `first` on whose report is due at `reported_by`."""
    found, quarter = [], Quarter.of(first)
    while quarter.reported_at <= reported_by:
        found.append(quarter)
        quarter = quarter.next()
    return found


@dataclass(frozen=True)
class Funnel:
    """One group through the stages: `units[i]` reached stage i, from `people[i]` different people.

    `stopped[i]` counts the people with a unit that reached stage i − 1 and not stage i; `stopped[0]` is 0.
    """

    units: tuple
    people: tuple
    stopped: tuple


@dataclass(frozen=True)
class Cell:
    """What is shown of one group at one stage: the count, and the rate from the stage before as (low, high).

    Without a count the rate is a range that follows from "fewer than FEWEST"; without both it is hidden.
    """

    count: int | None = None
    rate: tuple | None = None


HIDDEN = Cell()


def cells(groups, everybody):
    """{group: [Cell for each stage]} of the groups of one question, safe to publish beside the totals of `everybody`.

    Primary suppression: a part of a group (who passed, who did not) is nobody or at least FEWEST people.
    Complementary: so is everybody outside the groups shown, who can be computed by subtraction.
    """
    shown = {name: [] for name in groups}
    open_groups = set(groups)
    for stage in range(len(everybody.units)):
        exact = {name for name in open_groups if is_large(groups[name], stage)}
        while exact and not is_safe(groups, exact, everybody, stage):
            exact.remove(min(exact, key=lambda name: smallest_first(groups[name].people[stage], name)))
        for name, funnel in groups.items():
            shown[name].append(
                cell(funnel, stage) if name in exact else band(funnel, stage) if name in open_groups else HIDDEN
            )
        open_groups = exact
    return shown


def smallest_first(people, name):
    return people == 0, people, name  # an empty part hides nothing


def is_large(funnel, stage):
    if stage == 0:
        return funnel.people[0] >= FEWEST
    return all(people == 0 or people >= FEWEST for people in (funnel.people[stage], funnel.stopped[stage]))


def is_safe(groups, exact, everybody, stage):
    """Whether those outside `exact` are nobody, or so many that no hidden group's part of them is narrowed down."""
    hidden = len(groups) - len(exact)
    enough = FEWEST + max(hidden - 1, 0)
    parts = [(everybody.units, "units", stage), (everybody.people, "people", stage)]
    rest = [whole[at] - sum(getattr(groups[name], part)[at] for name in exact) for whole, part, at in parts]
    if stage:
        rest.append(everybody.stopped[stage] - sum(groups[name].stopped[stage] for name in exact))
        units = [everybody.units, *(groups[name].units for name in exact)]
        whole, *shown = [one[stage - 1] - one[stage] for one in units]
        rest.append(whole - sum(shown))
    return all(number == 0 or number >= enough for number in rest)


def cell(funnel, stage):
    count = funnel.units[stage]
    if stage == 0:
        return Cell(count)
    rate = count / funnel.units[stage - 1] if funnel.units[stage - 1] else None
    return Cell(count, None if rate is None else (rate, rate))


def band(funnel, stage):
    """Of a group whose stage before is shown: what "fewer than FEWEST" says about the rate."""
    if stage == 0:
        return HIDDEN
    before, passed = funnel.units[stage - 1], funnel.units[stage]
    few, few_stopped = 0 < passed < FEWEST, 0 < before - passed < FEWEST
    if not (few or few_stopped):
        return HIDDEN
    low = max(0, before - FEWEST + 1) / before if few_stopped else 0
    high = min(FEWEST - 1, before) / before if few else 1
    return Cell(None, (low, high))


def ratios(rates):
    """{group: (low, high)}: each rate, itself a (low, high), over the highest exact one. None without two to compare.

    The four-fifths rule compares a group's rate of selection with that of the group with the highest. A range may
    reach above 1: its group may have the highest in truth.
    """
    known = {name: rate for name, rate in rates.items() if rate is not None}
    highest = max((low for low, high in known.values() if low == high), default=0)
    if len(known) < 2 or highest == 0:
        return dict.fromkeys(rates)
    return {name: tuple(end / highest for end in known[name]) if name in known else None for name in rates}


def verdict(ratio):
    """ "below", "within" or "unclear": against four fifths; None without a ratio."""
    if ratio is None:
        return None
    low, high = ratio
    return "within" if low >= FOUR_FIFTHS else "below" if high < FOUR_FIFTHS else "unclear"


def gini(histogram):
    """How unevenly something is spread, 0 (all the same) to almost 1 (one has all). `histogram`: {amount: people}.

    G = Σ (2i − n − 1)·xᵢ / (n · Σ xᵢ) over amounts x in rising order; 0 where nobody has any, None without people.
    """
    people = sum(histogram.values())
    total = sum(amount * number for amount, number in histogram.items())
    if people == 0:
        return None
    if total == 0:
        return 0.0
    weighted, before = 0, 0
    for amount in sorted(histogram):
        number = histogram[amount]
        weighted += amount * number * (2 * before + number - people)  # Σ (2i − n − 1) over i = before + 1 … + number
        before += number
    return weighted / (people * total)
