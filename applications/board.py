"""The assessment board as one assessor may see it: blind, in their own order, others' scores only after their own."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from applications import blind
from applications.agreement import agreement_of
from applications.disagreement import is_open
from applications.models import Application, Shown
from applications.queries import agreed_of, blocks_between, competencies_of, places_left, scores_of, with_answers

Status = Application.Status
CHOSEN = (Status.SHORTLISTED, Status.OFFERED, Status.ACCEPTED)
MINUTES_PER_SCORE = 1.5
TABS = {
    "review": ("To review", [Status.SUBMITTED]),
    "shortlist": ("Shortlist", [Status.SHORTLISTED]),
    "runners_up": ("Runners-up", []),  # closed out because the places were filled, and one is free again
    "offered": ("Offered", [Status.OFFERED, Status.ACCEPTED, Status.DECLINED]),
    "ended": ("Ended", [Status.NOT_SELECTED, Status.LAPSED, Status.WITHDRAWN]),
}


@dataclass(frozen=True)
class Cell:
    """One applicant in one competency. `others` and `agreed` are empty while they are hidden from this assessor."""

    competency: object
    answer: object
    own: object
    others: tuple
    agreed: object
    is_gap: bool  # to be settled

    @property
    def level(self):
        """The level to draw: the one agreed on, one's own, else what the others gave (low median)."""
        if self.agreed is not None:
            return self.agreed.level
        if self.own is not None:
            return self.own.level
        levels = sorted(score.level for score in self.others)
        return levels[(len(levels) - 1) // 2] if levels else None

    @property
    def level_word(self):
        return "" if self.level is None else Shown(self.level).label


@dataclass(frozen=True)
class Row:
    """One applicant on the board."""

    applicant: blind.Applicant
    cells: tuple
    own_count: int
    wanted: int
    is_assessed: bool  # by anybody, in every competency
    is_disputed: bool  # somewhere the assessors are too far apart, whether this one may see that or not
    hidden_assessors: int  # how many others have scored while this assessor has not finished
    is_blocked: bool  # by either side: nothing new is begun

    @property
    def is_own_complete(self):
        return self.own_count == self.wanted

    @property
    def is_runner_up(self):
        """Judged, closed out only because the places were filled, and blocked by no side."""
        is_judged = self.applicant.is_revealed or self.is_assessed
        return self.applicant.is_runner_up and is_judged and not self.is_blocked

    @property
    def is_offerable(self):
        """May be offered a place, if one is left."""
        return self.applicant.status == Status.SHORTLISTED or self.is_runner_up

    @property
    def has_gap(self):
        return any(cell.is_gap for cell in self.cells)


class Board:
    """Everything the board's pages need, read in a fixed number of queries."""

    def __init__(self, project, user):
        self.project, self.user = project, user
        self.competencies = competencies_of(project)
        rows = Application.objects.filter(project=project, submitted_at__isnull=False)
        self.applications = list(with_answers(rows.annotate(is_blocked=blocks_between())))
        scores, agreed = scores_of(self.applications), agreed_of(self.applications)
        built = [self._row(one, scores[one.pk], agreed[one.pk]) for one in self.applications]
        self.rows = sorted(built, key=lambda row: shuffle_key(user, project, None, row.applicant))

    def _row(self, application, scores, agreed):
        own = {key: by_assessor.get(self.user.pk) for key, by_assessor in scores.items()}
        own_count = sum(score is not None for score in own.values())
        wanted = len(self.competencies)
        assessors = {assessor for by_assessor in scores.values() for assessor in by_assessor}
        done = [pk for pk in assessors if sum(pk in by_assessor for by_assessor in scores.values()) == wanted]
        shows_others = own_count == wanted or application.status != Status.SUBMITTED
        applicant = blind.applicant(application)
        disputed = {pk for pk, by_assessor in scores.items() if is_open(by_assessor.values(), agreed.get(pk))}
        cells = tuple(
            self._cell(applicant, competency, scores.get(competency.pk, {}), agreed.get(competency.pk), shows_others)
            for competency in self.competencies
        )
        others = assessors - {self.user.pk}
        return Row(
            applicant, cells, own_count, wanted, bool(done), bool(disputed), 0 if shows_others else len(others),
            application.is_blocked,
        )  # fmt: skip

    def _cell(self, applicant, competency, by_assessor, agreed, shows_others):
        own = by_assessor.get(self.user.pk)
        others = tuple(score for pk, score in sorted(by_assessor.items()) if pk != self.user.pk)
        is_gap = shows_others and is_open(by_assessor.values(), agreed)
        answer = applicant.answer_to(competency)
        if not shows_others:
            others, agreed = (), None
        return Cell(competency, answer, own, others, agreed, is_gap)

    def in_tab(self, tab):
        if tab == "runners_up":
            return self.runners_up
        rows = [row for row in self.rows if row.applicant.status in TABS[tab][1]]
        return [row for row in rows if row not in self.runners_up] if tab == "ended" else rows

    def tabs(self):
        """[(name, label, count)]; runners-up have a tab only while there are any."""
        found = [(name, label, len(self.in_tab(name))) for name, (label, _states) in TABS.items()]
        return [tab for tab in found if tab[0] != "runners_up" or tab[2]]

    @cached_property
    def runners_up(self):
        """Who may be offered the place that somebody left."""
        candidates = [row for row in self.rows if row.is_runner_up] if self.project.is_running else []
        return candidates if candidates and self.places_left else []

    @property
    def to_review(self):
        return self.in_tab("review")

    def progress(self):
        """[(number, competency, own scores, applicants to review)]"""
        rows = self.to_review
        return [
            (number, competency, sum(row.cells[number - 1].own is not None for row in rows), len(rows))
            for number, competency in enumerate(self.competencies, 1)
        ]

    def entrances(self):
        """[(number, competency, own scores, applicants, label)]: where score mode begins for each competency."""
        found = []
        for number, competency, scored, total in self.progress():
            rows = self.sequence(number)
            unscored = [row for row in rows if row.cells[number - 1].own is None]
            label = (unscored or rows)[0].applicant.label if rows else ""
            found.append((number, competency, scored, total, label))
        return found

    def agreement_in(self, number):
        """The Agreement in one competency, over what this assessor may see."""
        cells = [row.cells[number - 1] for row in self.rows]
        return agreement_of([score.blind_level for score in (cell.own, *cell.others) if score] for cell in cells)

    def disagreements(self):
        """[(row, number, competency)]: what this assessor is asked to settle."""
        return [
            (row, number, cell.competency)
            for row in self.to_review
            for number, cell in enumerate(row.cells, 1)
            if cell.is_gap
        ]

    @property
    def unread(self):
        """To review, and nobody has scored every competency of them."""
        return [row for row in self.to_review if not row.is_assessed]

    @property
    def scores_left(self):
        return sum(row.wanted - row.own_count for row in self.to_review)

    @property
    def minutes_left(self):
        return max(1, round(self.scores_left * MINUTES_PER_SCORE)) if self.scores_left else 0

    def sequence(self, number):
        """The applicants to review for one competency, in this assessor's order for it."""
        competency = self.competencies[number - 1]
        return sorted(
            self.to_review, key=lambda row: shuffle_key(self.user, self.project, competency, row.applicant)
        )  # fmt: skip

    def next_to_score(self, after=None):
        """(number, label) of the next one without an own score: in the same competency first. None when all are in."""
        start, label = after or (1, None)
        numbers = [*range(start, len(self.competencies) + 1), *range(1, start)]
        for number in numbers:
            rows = self.sequence(number)
            labels = [row.applicant.label for row in rows]
            cut = labels.index(label) + 1 if number == start and label in labels else 0
            for row in [*rows[cut:], *rows[:cut]]:
                if row.cells[number - 1].own is None:
                    return number, row.applicant.label
        return None

    @cached_property
    def places_left(self):
        return places_left(self.project)

    @property
    def places_in_words(self):
        """What is left to offer, and what an offer that is out means for it."""
        places, left = self.project.places, self.places_left
        offered = sum(row.applicant.status == Status.OFFERED for row in self.rows)
        if left:
            return "One place." if places == 1 else f"{left} of {places} places left."
        if places == 1:
            return "The place is offered." if offered else "The place is taken."
        return f"All {places} places are taken{f' or offered ({offered})' if offered else ''}."

    @property
    def waits(self):
        """Whether anybody still waits for this organization."""
        return bool(self.to_review or self.in_tab("shortlist"))

    @property
    def has_chosen(self):
        """Whether anybody was shortlisted, so that those to review are the rest."""
        return any(row.applicant.status in CHOSEN for row in self.rows)

    def to_compare(self):
        """Those to review and on the shortlist; whoever is fully scored first, for there is something to compare."""
        return sorted(
            self.to_review + self.in_tab("shortlist"),
            key=lambda row: row.applicant.status == Status.SUBMITTED and not row.is_own_complete,
        )


def shuffle_key(user, project, competency, applicant):
    """A random order that is always the same for one assessor and competency, and tells nothing about time or name."""
    seed = f"{user.pk}:{project.pk}:{competency.pk if competency else 0}:{applicant.label}"
    return hashlib.sha256(seed.encode()).digest()
