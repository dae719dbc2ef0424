"""A moderator who belongs to an organization judges its applicants as blind as everybody else there."""

import pytest
from django.urls import reverse

from applications.models import Reconciliation
from marketplace.activity.actions import record
from tests.factories import NOW, make_application, make_member, make_scores

pytestmark = pytest.mark.django_db
LISTS = [f"admin:applications_{model}_changelist" for model in ("application", "score", "reconciliation")]


@pytest.fixture
def sent(project, student, owner):
    application = make_application(project=project, student=student.student)
    make_scores(application, owner)
    Reconciliation.objects.create(
        application=application, competency=project.competencies.first(), level=2, reason="Theirs.", agreed_by=owner,
        agreed_at=NOW,
    )  # fmt: skip
    record("application.submitted", actor=student, subject=application, at=NOW)
    return application


def seen(client, application):
    """What of this application the admin shows: in its lists, on its page, in the audit log."""
    lists = [client.get(reverse(name)).context["cl"].result_count for name in LISTS]
    log = client.get(reverse("admin:activity_event_changelist")).context["cl"].result_count
    page = client.get(reverse("admin:applications_application_change", args=[application.pk])).status_code
    return [*lists, log, page]


def test_a_moderator_reads_every_application(sent, moderator, client_of):
    assert seen(client_of(moderator), sent) == [1, 2, 1, 1, 200]


def test_but_not_who_applied_to_their_own_organization(sent, moderator, organization, client_of):
    make_member(organization, moderator)
    assert seen(client_of(moderator), sent) == [0, 0, 0, 0, 302]
    type(sent).objects.update(revealed_at=NOW)
    assert seen(client_of(moderator), sent) == [1, 2, 1, 1, 200]
