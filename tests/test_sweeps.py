"""One row that cannot be handled stops no sweep: the rows behind it are handled, and it is tried again."""

from datetime import timedelta

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from applications.actions import answer_cancelled, lapse_decisions, lapse_offers
from applications.models import Application
from applications.tasks import sweep_clocks
from engagements.actions import lapse_unfunded, publish_due_reviews
from engagements.models import Engagement, Review
from marketplace.errors import InvalidTransition
from marketplace.sweeps import one_by_one
from projects.actions import close_due
from projects.models import Project
from projects.tasks import sweep_matching
from tests import factories
from tests.factories import NOW

LATE = NOW + timedelta(days=60)


def poison(row):
    """From here on PostgreSQL refuses every event about this row, until the test's transaction ends."""
    kind = ContentType.objects.get_for_model(row).pk
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poison'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER poison BEFORE INSERT ON activity_event FOR EACH ROW "
            f"WHEN (NEW.subject_id = {row.pk} AND NEW.subject_type_id = {kind}) EXECUTE FUNCTION refuse()"
        )


def pairs(make):
    """Two rows, the first of which is poisoned."""
    first, second = make(), make()
    poison(first)
    return first, second


def offered():
    return factories.make_application(status="offered")


def undecided():
    return factories.make_application().project


def cancelled():
    application = factories.make_application()
    Project.objects.filter(pk=application.project_id).update(status="cancelled")
    return application


def unfunded():
    return factories.make_engagement(status="awaiting_funding")


def reviewed():
    engagement = factories.make_engagement(status="approved")
    Review.objects.create(
        engagement=engagement, side="student", author=engagement.student.user, rating=4, again=True, text="Clear.",
        written_at=NOW,
    )  # fmt: skip
    return engagement


def state(row):
    row.refresh_from_db()
    if isinstance(row, Engagement) and row.status == "approved":
        return "published" if row.reviews.filter(published_at__isnull=False).exists() else "approved"
    return row.status


@pytest.mark.parametrize(
    ("make", "sweep", "states"),
    [
        (offered, lapse_offers, ("offered", "lapsed")),
        (cancelled, answer_cancelled, ("submitted", "not_selected")),
        (factories.make_project, close_due, ("open", "closed")),
        (unfunded, lapse_unfunded, ("awaiting_funding", "cancelled")),
        (reviewed, publish_due_reviews, ("approved", "published")),
    ],
    ids=["offers", "cancelled", "close", "unfunded", "reviews"],
)  # fmt: skip
def test_one_bad_row_stops_no_sweep(db, make, sweep, states, caplog):
    first, second = pairs(make)
    assert sweep(at=LATE) == 1
    assert (state(first), state(second)) == states
    assert "is left for the next sweep" in caplog.text
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER poison ON activity_event")
    assert sweep(at=LATE) == 1
    assert state(first) == states[1]


def test_one_bad_project_stops_no_decision_date(db):
    first, second = pairs(undecided)
    assert lapse_decisions(at=LATE) == 1
    statuses = [Application.objects.get(project=project).status for project in (first, second)]
    assert statuses == ["submitted", "lapsed"]


def test_one_bad_project_stops_no_matching(db, time_machine):
    time_machine.move_to(NOW, tick=False)
    first, second = pairs(factories.make_project)
    sweep_matching()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.matched_at, second.matched_at) == (None, NOW)


def test_one_broken_step_stops_no_other(db, monkeypatch, time_machine):
    def broken(**_):
        raise ValueError("broken")

    monkeypatch.setattr("applications.tasks.answer_cancelled", broken)
    time_machine.move_to(LATE, tick=False)
    application = offered()
    sweep_clocks()
    assert state(application) == "lapsed"


def test_a_refusal_is_no_error_and_the_end_of_time_is_the_end():
    def act(row):
        if row == 2:
            raise InvalidTransition("Somebody was faster.")
        if row == 4:
            raise SoftTimeLimitExceeded
        return row * 10

    assert one_by_one([1, 2, 3], act) == [10, 30]
    with pytest.raises(SoftTimeLimitExceeded):
        one_by_one([3, 4, 5], act)
