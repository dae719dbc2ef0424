"""What students said about themselves, and the report of the quarter in which most of the demo's applications lie.

Its figures are counted like those of every report; only its date is early, and it says so.
"""

import random
from collections import Counter
from datetime import timedelta

from applications.fairness import Quarter
from applications.fairness_counts import counts_of
from applications.fairness_report import figures_of
from applications.models import Application, FairnessReport
from marketplace.accounts.actions import describe_self
from marketplace.accounts.models import SelfDescription

NOTE = "Published early for the demo: a report comes out 60 days after its quarter, when everybody has an answer."
SAID_OF_TEN = 6  # how many of ten students answered


def tell_fairness(students, *, now, seed=11):
    """Answers of some students, and one report. `now` is the demo's: everything in it happened before."""
    dice = random.Random(seed)
    for number, student in enumerate(students):
        if number % 10 < SAID_OF_TEN:
            describe_self(student=student, answers=some_answers(dice), at=now - timedelta(days=number % 30))
    sent = Application.objects.filter(submitted_at__isnull=False).values_list("submitted_at", flat=True)
    quarter = Counter(map(Quarter.of, sent)).most_common(1)[0][0]
    figures = figures_of(counts_of(quarter)) | {"note": NOTE}
    FairnessReport.objects.create(starts_on=quarter.first_day, published_at=now, figures=figures)


def some_answers(dice):
    """Most questions answered, some left out."""
    return {
        question: dice.choice(SelfDescription._meta.get_field(question).choices)[0]
        for question in SelfDescription.QUESTIONS
        if dice.random() < 0.8
    }
