"""From counts to what is published, and from what is published to the rows of a page and a file."""

from decimal import Decimal

from applications.fairness import FEWEST, cells, gini, ratios, verdict
from applications.fairness_counts import STAGES, Counts
from marketplace.accounts.models import SelfDescription

EVERYBODY = ("", "")
HEADER = ["Question", "Group", "Measure", "Count", "Lowest rate", "Highest rate", "Lowest ratio", "Highest ratio",
          "Against four fifths", "Value"]  # fmt: skip
VERDICTS = {"within": "at least 4/5", "below": "below 4/5", "unclear": "too few to tell"}
MEASURES = {
    "gini": "Gini coefficient of match notices",
    "mean": "Match notices per student",
    "median": "Median days to the first answer",
    "p90": "90th percentile of days to the first answer",
}


def figures_of(counts):
    """{everybody, questions: [{label, rows}]}: JSON, with nothing in it that is about fewer than FEWEST people."""
    everybody = counts.get(EVERYBODY, Counts())
    return {
        "everybody": rows_of({"Everybody": everybody}, everybody)[0],
        "questions": [question_of(name, counts, everybody) for name in SelfDescription.QUESTIONS],
    }


def question_of(name, counts, everybody):
    field = SelfDescription._meta.get_field(name)
    groups = {label: counts.get((name, answer), Counts()) for answer, label in field.choices}
    label = field.verbose_name
    return {"label": label[0].upper() + label[1:], "rows": rows_of(groups, everybody)}


def rows_of(groups, everybody):
    """One row per group, each stage and the exposure as [count, rate, ratio]; hidden is null."""
    selection = cells({name: group.selection for name, group in groups.items()}, everybody.selection)
    exposure = cells({name: group.exposure for name, group in groups.items()}, everybody.exposure)
    stages = [with_ratios(selection, stage) for stage in range(len(STAGES))]
    told = [with_ratios(exposure, stage) for stage in range(2)]
    return [
        {"group": name, "stages": [stage[name] for stage in stages], "told": [stage[name] for stage in told]}
        | spread(group, is_shown=exposure[name][1].count is not None)
        | waiting(group, is_shown=selection[name][0].count is not None)
        for name, group in groups.items()
    ]


def with_ratios(shown, stage):
    """{group: [count, rate, ratio]} of one stage."""
    compared = ratios({name: row[stage].rate for name, row in shown.items()})
    return {name: [row[stage].count, rounded(row[stage].rate), rounded(compared[name])] for name, row in shown.items()}


def rounded(pair):
    return None if pair is None else [round(number, 3) for number in pair]


def spread(group, *, is_shown):
    """How evenly match notices reach the group."""
    if not is_shown:
        return {"gini": None, "mean": None}
    notices = sum(times * students for times, students in group.told.items())
    return {"gini": round(gini(group.told), 2), "mean": round(notices / sum(group.told.values()), 1)}


def waiting(group, *, is_shown):
    """Days to the first answer, in halves: exact moments would tell whose they are."""
    if not is_shown or group.answered < FEWEST:
        return {"median": None, "p90": None}
    median, p90 = (round(number * 2) / 2 for number in group.days)
    return {"median": median, "p90": p90}


def is_empty(figures):
    """Whether no group is large enough for anything to be shown of it."""
    rows = [row for question in figures["questions"] for row in question["rows"]]
    return all(row["stages"][0][0] is None and row["told"][0][0] is None for row in rows)


def measures_of(row):
    """[(what, count, rate, ratio)] of the stages and of the exposure."""
    names = [*STAGES, "could be told about a project", "told at least once"]
    return [(name, *figures) for name, figures in zip(names, row["stages"] + row["told"], strict=True)]


def lines_of(figures):
    """The rows of the file: one per group and measure, hidden figures empty."""
    everybody = {"label": "", "rows": [figures["everybody"]]}
    for question in [everybody, *figures["questions"]]:
        for row in question["rows"]:
            first = [question["label"], row["group"]]
            for what, count, rate, ratio in measures_of(row):
                said = VERDICTS.get(verdict(ratio), "")
                yield [*first, what, count, *numbers(rate), *numbers(ratio), said, None]
            for key, what in MEASURES.items():
                yield [*first, what, *[None] * 6, None if row[key] is None else Decimal(str(row[key]))]


def numbers(pair):
    return [None, None] if pair is None else [Decimal(str(number)) for number in pair]
