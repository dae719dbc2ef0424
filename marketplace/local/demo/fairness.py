"""What students said about themselves, and one published report. Its totals are invented and it says so: a quarter
that is over for two months lies before anything else in the demo. What is shown of them is decided as always.
"""

import random
from datetime import timedelta
from itertools import pairwise
from math import ceil

from applications.fairness import Funnel, Quarter
from applications.fairness_counts import Counts
from applications.fairness_report import figures_of
from applications.models import FairnessReport
from marketplace.accounts.actions import describe_self
from marketplace.accounts.models import SelfDescription

NOTE = "Figures of the demo: the totals of this quarter are invented, no applications stand behind them."
SAID_OF_TEN = 6  # how many of ten students answered
EVERYBODY = (640, 214, 118, 97, 520, 208)
# Submitted, shortlisted, offered, accepted; students who could be told, and who never were.
GROUPS = {
    ("gender", "woman"): (184, 68, 39, 32, 150, 58),
    ("gender", "man"): (216, 74, 40, 33, 171, 66),
    ("gender", "non_binary"): (26, 8, 5, 4, 21, 9),
    ("gender", "own"): (7, 2, 1, 1, 6, 3),
    ("age", "18-20"): (96, 22, 11, 10, 88, 41),
    ("age", "21-24"): (201, 76, 45, 37, 158, 55),
    ("age", "25-29"): (88, 35, 21, 17, 66, 23),
    ("age", "30-39"): (31, 13, 8, 6, 24, 11),
    ("age", "40"): (9, 4, 2, 2, 8, 3),
    ("first_generation", "yes"): (142, 34, 17, 13, 121, 57),
    ("first_generation", "no"): (247, 95, 58, 47, 190, 66),
    ("disability", "yes"): (46, 14, 7, 5, 37, 16),
    ("disability", "no"): (351, 121, 70, 58, 281, 106),
    ("ethnicity", "asian"): (87, 31, 17, 14, 68, 25),
    ("ethnicity", "black"): (58, 18, 10, 8, 47, 19),
    ("ethnicity", "hispanic"): (74, 25, 13, 11, 60, 24),
    ("ethnicity", "white"): (124, 44, 26, 21, 97, 36),
    ("ethnicity", "mena"): (14, 5, 3, 2, 12, 5),
    ("ethnicity", "several"): (24, 9, 5, 4, 20, 8),
    ("ethnicity", "native"): (4, 1, 1, 1, 3, 1),
}


def tell_fairness(students, *, now, seed=11):
    """Answers of some students, and the report of the last quarter that can have one."""
    dice = random.Random(seed)
    for number, student in enumerate(students):
        if number % 10 < SAID_OF_TEN:
            describe_self(student=student, answers=some_answers(dice), at=now - timedelta(days=number % 30))
    counts = {key: counts_of_group(*numbers, dice=dice) for key, numbers in GROUPS.items()}
    counts["", ""] = counts_of_group(*EVERYBODY, dice=dice)
    quarter = last_reported(now)
    FairnessReport.objects.create(
        starts_on=quarter.first_day, published_at=quarter.reported_at, figures=figures_of(counts) | {"note": NOTE}
    )


def some_answers(dice):
    """Most questions answered, some left out."""
    return {
        question: dice.choice(SelfDescription._meta.get_field(question).choices)[0]
        for question in SelfDescription.QUESTIONS
        if dice.random() < 0.8
    }


def counts_of_group(*numbers, dice):
    """Counts of a group: on average five applications of four people, as in life."""
    *units, could, never = numbers
    stopped = [0, *(before - after for before, after in pairwise(units))]
    people = [ceil(number * 0.8) for number in units]
    told = could - never
    return Counts(
        selection=Funnel(tuple(units), tuple(people), tuple(ceil(number * 0.8) for number in stopped)),
        answered=people[0],
        days=(dice.uniform(4, 5), dice.uniform(9, 11)),
        told={0: never, 1: told - told // 2, 2: told // 2 - told // 5, 4: told // 5},
    )


def last_reported(now):
    """The last quarter whose report is out."""
    quarter = Quarter.of(now - timedelta(days=200))
    while quarter.next().reported_at <= now:
        quarter = quarter.next()
    return quarter
