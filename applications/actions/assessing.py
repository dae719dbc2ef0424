"""Scores: one assessor, one competency, one applicant whose name nobody knows."""

from django.db import transaction

from applications.models import Application, Assessment, Score, Shown
from marketplace.activity.actions import record
from marketplace.db import lock
from marketplace.errors import DomainError, InvalidTransition

LONGEST_NOTE = 300


@transaction.atomic
def score(*, application, competency, level, justification, by, at):
    """Set or change one's own score of one competency, until a decision is made. The same score again changes nothing.

    Raises DomainError with the field that is wrong, InvalidTransition when the application is no longer to be judged.
    """
    application = lock(Application, application.pk)
    if application.status != Application.Status.SUBMITTED:
        raise InvalidTransition("A decision was made about this application: its scores stay as they are.")
    justification = check_score(application, competency, level, justification)
    assessment, _ = Assessment.objects.get_or_create(application=application, assessor=by, defaults={"started_at": at})
    before = Score.objects.filter(assessment=assessment, competency=competency).first()
    if before and (before.level, before.justification) == (level, justification):
        return before
    found, _ = Score.objects.update_or_create(
        assessment=assessment,
        competency=competency,
        defaults={"level": level, "justification": justification, "scored_at": at},
    )
    record(
        "application.scored", actor=by, subject=application, at=at, competency=competency.pk, level=level,
        before=before.level if before else None,
    )  # fmt: skip
    return found


def check_score(application, competency, level, justification):
    """The justification on one line. Raises DomainError."""
    if competency.project_id != application.project_id:
        raise DomainError("This project does not ask for that.", code="other_project")
    if level not in Shown.values:
        raise DomainError("Choose one of the four levels.", field="level", code="bad_level")
    justification = " ".join(justification.split())
    if not justification:
        raise DomainError("Say in one line what in the evidence decided it.", field="justification", code="required")
    if len(justification) > LONGEST_NOTE:
        raise DomainError(
            f"This has {len(justification)} characters. The limit is {LONGEST_NOTE}.", field="justification",
            code="too_long",
        )  # fmt: skip
    return justification
