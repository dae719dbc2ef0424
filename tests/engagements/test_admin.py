"""Moderators read the case in the admin and change nothing there."""

import pytest
from django.urls import reverse

from engagements import actions
from engagements.models import Engagement, Review
from tests.engagements.factories import engage, make_change_request, make_review, make_stored_file
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(project, student, owner):
    engagement = engage(project, student, status="approved")
    delivery = engagement.deliveries.get()
    delivery.files.add(make_stored_file(student))
    make_change_request(delivery, owner)
    make_review(engagement, "student", student)
    actions.send_message(engagement=engagement, body="The export is cut off.", by=student, at=NOW)
    return engagement


def test_the_case_is_on_one_page(case, moderator, client_of):
    path = reverse("admin:engagements_engagement_change", args=[case.pk])
    body = client_of(moderator).get(path).content.decode()
    for words in ("Criterion 1 holds", "The third file is missing", "The export is cut off.", "report.csv"):
        assert words in body


def test_nothing_is_changed_there(case, moderator, client_of):
    path = reverse("admin:engagements_engagement_change", args=[case.pk])
    assert client_of(moderator).post(path, {"status": "cancelled"}).status_code == 403
    assert client_of(moderator).get(reverse("admin:engagements_engagement_add")).status_code == 403
    delete = reverse("admin:engagements_engagement_delete", args=[case.pk])
    assert client_of(moderator).post(delete, {"post": "yes"}).status_code == 403
    assert Engagement.objects.get().status == "approved"


def test_the_workspace_points_a_moderator_there(case, moderator, student, client_of):
    path = reverse("admin:engagements_engagement_change", args=[case.pk])
    assert path in client_of(moderator).get(case.get_absolute_url()).content.decode()
    assert path not in client_of(student).get(case.get_absolute_url()).content.decode()


def test_a_review_is_read_there_when_it_is_published(project, student, moderator, client_of):
    engagement = engage(project, student, status="approved")
    make_review(engagement, "student", student, text="Answers took days.")
    path = reverse("admin:engagements_engagement_change", args=[engagement.pk])
    assert "Answers took days." not in client_of(moderator).get(path).content.decode()
    Review.objects.update(published_at=NOW)
    assert "Answers took days." in client_of(moderator).get(path).content.decode()
