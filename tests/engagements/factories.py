"""Engagements between the student and the organization of the cast."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engagements.models import ChangeOrder, ChangeRequest, ChangeRequestItem, Review, VerifiedCompetency
from marketplace.files.actions import store_upload
from marketplace.files.kinds import DELIVERY
from marketplace.notifications.models import Notification
from tests.factories import NOW, make_application, make_engagement


def engage(project, user, **fields):
    """An engagement of the cast's `student` on the cast's `project`."""
    application = make_application(project=project, student=user.student, status="accepted")
    return make_engagement(application=application, **fields)


def make_change_request(delivery, by, comment="The third file is missing"):
    made = ChangeRequest.objects.create(
        engagement=delivery.engagement, delivery=delivery, requested_by=by, requested_at=NOW
    )
    criterion = delivery.engagement.project.criteria.order_by("position").first()
    ChangeRequestItem.objects.create(change_request=made, criterion=criterion, comment=comment)
    return made


def make_change_order(engagement, by, status="proposed", **fields):
    """A change order in any state: 4 hours for $120, the delivery a week later."""
    defaults = {
        "title": "A second map", "description": "The same for 2025.", "hours": 4, "fee_amount": 12_000,
        "service_fee_amount": 1_200, "currency": "usd", "hourly_floor": 2_000, "extra_days": 7, "proposed_by": by,
        "proposed_at": NOW, "answer_due_at": NOW + timedelta(days=5),
    }  # fmt: skip
    if status in ("accepted", "funded"):
        defaults |= {"answered_at": NOW, "funding_due_at": NOW + timedelta(days=5)}
    if status == "funded":
        defaults["funded_at"] = NOW
    if status == "refused":
        defaults |= {"answered_at": NOW, "refuse_reason": "I have exams."}
    return ChangeOrder.objects.create(engagement=engagement, status=status, **(defaults | fields))


def make_dispute(engagement, by, **fields):
    """An open dispute about an engagement that is (made) disputed."""
    defaults = {"problem": "The files do not open.", "opened_at": NOW, "due_at": NOW + timedelta(days=10)}
    dispute = engagement.disputes.create(opened_by=by, **(defaults | fields))
    type(engagement).objects.filter(pk=engagement.pk).update(status="disputed", review_due_at=None)
    engagement.refresh_from_db()
    return dispute


def make_proposal(dispute, side, by, student_amount, **fields):
    return dispute.proposals.create(
        side=side, proposed_by=by, student_amount=student_amount, **({"proposed_at": NOW} | fields)
    )


def make_review(engagement, side, by, *, rating=5, text="Careful and quick.", level=2, published_at=None):
    review = Review.objects.create(
        engagement=engagement, side=side, author=by, rating=rating, again=True, text=text, written_at=NOW,
        published_at=published_at,
    )  # fmt: skip
    if side == "organization":
        for competency in engagement.project.competencies.all():
            VerifiedCompetency.objects.create(review=review, competency=competency, level=level)
    return review


def make_stored_file(user, name="report.csv", content=b"dock,gaps\n1,2\n"):
    """A checked upload of this person's."""
    upload = SimpleUploadedFile(name, content)
    return store_upload(upload=upload, owner=user, allowed=DELIVERY, at=NOW)


def told(user):
    """The kinds of what this person was told, oldest first."""
    return list(Notification.objects.filter(recipient=user).order_by("pk").values_list("kind", flat=True))


def first_line(user, kind):
    return Notification.objects.filter(recipient=user, kind=kind).latest("pk").body.split("\n")[0]


def count_queries(client, path):
    """How many queries this page asks."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)
