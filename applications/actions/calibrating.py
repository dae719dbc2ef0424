"""Practice with an answer key before anybody's evidence is scored."""

from django.db import transaction

from applications.calibration import examples, is_complete
from applications.models import Calibration, Shown
from applications.queries import calibration_of
from marketplace.accounts.models import Membership
from marketplace.accounts.rules import POSTERS
from marketplace.activity.actions import record
from marketplace.errors import DomainError


@transaction.atomic
def calibrate(*, organization, example, level, by, at):
    """Keep what a member sees in an example; done again, the last answer counts. The same again changes nothing."""
    membership = Membership.objects.filter(organization=organization, user=by, role__in=POSTERS).first()
    if membership is None:
        raise DomainError("Only owners and members of an organization assess.", code="not_assessor")
    if example not in examples():
        raise DomainError("There is no such example.", code="no_example")
    if level not in Shown.values:
        raise DomainError("Choose one of the four levels.", field="level", code="bad_level")
    before = Calibration.objects.filter(membership=membership, example=example.slug).first()
    if before and before.level == level:
        return before
    found, _ = Calibration.objects.update_or_create(
        membership=membership, example=example.slug, defaults={"level": level, "scored_at": at}
    )
    record(
        "membership.calibrated", actor=by, subject=membership, at=at, example=example.slug, level=level,
        key=example.key, before=before.level if before else None,
    )  # fmt: skip
    return found


def check_calibrated(user, organization):
    if not is_complete(calibration_of(user, organization)):
        raise DomainError(
            f"Before your first score for {organization}, do the calibration: {len(examples())} examples with a key.",
            code="not_calibrated",
        )
