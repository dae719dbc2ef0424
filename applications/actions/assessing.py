"""Scores: one assessor, one competency, one applicant whose name nobody knows; and what several agree on."""

from django.db import transaction

from applications import notices
from applications.actions.calibrating import check_calibrated
from applications.disagreement import GAP, is_open
from applications.models import Application, Assessment, Reconciliation, Score, Shown
from applications.queries import agreed_of, competencies_of, finished_assessors, scores_of
from marketplace.activity.actions import record
from marketplace.db import lock
from marketplace.errors import DomainError, InvalidTransition

LONGEST_NOTE = 300


@transaction.atomic
def score(*, application, competency, level, justification, by, at):
    """Set or change one's own score of one competency, until a decision is made. The same score again changes nothing.

    Raises DomainError with the field that is wrong, or (not_calibrated) before the calibration; InvalidTransition when
    the application is no longer to be judged.
    """
    application = lock_undecided(application)
    check_calibrated(by, application.project.organization)
    justification = check_score(application, competency, level, justification)
    assessment, _ = Assessment.objects.get_or_create(application=application, assessor=by, defaults={"started_at": at})
    before = Score.objects.filter(assessment=assessment, competency=competency).first()
    if before and (before.level, before.justification) == (level, justification):
        return before
    shows_others = by in finished_assessors(application)
    found, _ = Score.objects.update_or_create(
        assessment=assessment, competency=competency,
        defaults={
            "level": level, "blind_level": before.blind_level if before and shows_others else level,
            "justification": justification, "scored_at": at,
        },
    )  # fmt: skip
    record(
        "application.scored", actor=by, subject=application, at=at, competency=competency.pk, level=level,
        before=before.level if before else None, justification_before=before.justification if before else "",
    )  # fmt: skip
    tell_disagreement(application, at)
    return found


@transaction.atomic
def reconcile(*, application, competency, level, reason, by, at):
    """Record the level that the assessors agreed on, between their scores. The same again changes nothing.

    Raises DomainError with the field that is wrong, or when there is nothing to settle or one's own scores are missing;
    InvalidTransition once a decision was made.
    """
    application = lock_undecided(application)
    reason = check_score(application, competency, level, reason, field="reason")
    before = Reconciliation.objects.filter(application=application, competency=competency).first()
    if before and (before.level, before.reason) == (level, reason):
        return before
    levels = check_reconcilable(application, competency, level, before, by)
    found, _ = Reconciliation.objects.update_or_create(
        application=application, competency=competency,
        defaults={"level": level, "reason": reason, "agreed_by": by, "agreed_at": at},
    )  # fmt: skip
    record(
        "application.reconciled", actor=by, subject=application, at=at, competency=competency.pk, level=level,
        scores=levels, before=before.level if before else None, reason_before=before.reason if before else "",
    )  # fmt: skip
    tell_disagreement(application, at)
    return found


def lock_undecided(application):
    application = lock(Application, application.pk)
    if application.status != Application.Status.SUBMITTED:
        raise InvalidTransition("A decision was made about this application: its scores stay as they are.")
    return application


def check_score(application, competency, level, reason, field="justification"):
    """The reason on one line. Raises DomainError."""
    if competency.project_id != application.project_id:
        raise DomainError("This project does not ask for that.", code="other_project")
    if level not in Shown.values:
        raise DomainError("Choose one of the four levels.", field="level", code="bad_level")
    reason = " ".join(reason.split())
    if not reason:
        raise DomainError("Say in one line what in the evidence decided it.", field=field, code="required")
    if len(reason) > LONGEST_NOTE:
        raise DomainError(
            f"This has {len(reason)} characters. The limit is {LONGEST_NOTE}.", field=field, code="too_long"
        )
    return reason


def check_reconcilable(application, competency, level, before, by):
    """The levels that were given, in order. Raises DomainError where there is nothing to agree on, or not by `by`."""
    if by not in finished_assessors(application):
        raise DomainError("Score every competency of this applicant yourself first.", code="own_scores_first")
    scores = scores_of([application])[application.pk][competency.pk]
    levels = sorted(score.level for score in scores.values())
    if before is None and (not levels or levels[-1] - levels[0] < GAP):
        raise DomainError("These scores are not far enough apart to need an agreement.", code="nothing_to_settle")
    if not levels[0] <= level <= levels[-1]:
        raise DomainError("Agree on a level between the scores that were given.", field="level", code="not_between")
    return levels


def tell_disagreement(application, at):
    """Ask those whose own scores are all in to settle what is open among them; others must not learn of it yet.

    When nothing is open, nobody is needed any more.
    """
    scores, agreed = scores_of([application])[application.pk], agreed_of([application])[application.pk]
    if not any(is_open(by_assessor.values(), agreed.get(pk)) for pk, by_assessor in scores.items()):
        notices.settle_disagreement(application, at)
        return
    people = finished_assessors(application)
    open_ones = [
        competency
        for competency in competencies_of(application.project)
        if is_open([scores[competency.pk][one.pk] for one in people], agreed.get(competency.pk))
    ]
    if open_ones:
        notices.disagreement(application, open_ones, people, at)
