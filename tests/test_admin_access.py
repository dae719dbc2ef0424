"""The admin is for moderators. Walked over its own registry, so that a new model is covered at once."""

import pytest
from django.contrib import admin
from django.urls import reverse

from marketplace.moderation.actions import decide, report
from marketplace.notifications.actions import notify
from payments import movements
from portfolio.models import Case
from tests import factories
from tests.engagements.factories import make_change_request, make_review
from tests.factories import NOW
from tests.payments.factories import make_account, make_funding, make_payout

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
MONEY_AND_HISTORY = (
    "payments.",
    "activity.",
    "engagements.",
    "applications.",
    "moderation.",
    "projects.",
    "portfolio.",
)


def list_url(model, page="changelist"):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_only_moderators_read_a_list(model, client_of, student, owner, suspended, moderator):
    answers = {
        who: client_of(user).get(list_url(model)).status_code
        for who, user in {"visitor": None, "student": student, "owner": owner, "suspended": suspended}.items()
    }
    assert set(answers.values()) == {302}, answers  # to the admin's sign-in
    assert client_of(moderator).get(list_url(model)).status_code == 200


@pytest.mark.parametrize(
    "model", [one for one in MODELS if one._meta.label.startswith(MONEY_AND_HISTORY)], ids=lambda one: one._meta.label
)
def test_nobody_adds_what_only_actions_write(model, client_of, moderator):
    assert client_of(moderator).get(list_url(model, "add")).status_code == 403


def test_the_front_page_of_the_admin(client_of, student, moderator):
    assert client_of(student).get(reverse("admin:index")).status_code == 302
    assert client_of(moderator).get(reverse("admin:index")).status_code == 200


@pytest.fixture
def one_of_each(project, student, owner, moderator):
    """A marketplace in which everything that has a page in the admin has happened once."""
    application = factories.make_application(project=project, student=student.student)
    factories.make_scores(application, owner)
    report(subject=project, by=student, reason="other", details="Asks for a free sample.", at=NOW)
    engagement = factories.make_engagement(student=student.student, status="approved")
    make_review(engagement, "student", student, published_at=NOW)
    make_change_request(engagement.deliveries.get(), owner)
    Case.objects.create(engagement=engagement, student=student.student, created_at=NOW)
    make_funding(engagement, status="paid")
    make_account(student.student)
    movements.payout_approved(make_payout(engagement), NOW)
    engagement.disputes.create(opened_by=student, problem="No answer.", opened_at=NOW, due_at=NOW)
    notify([student], kind="offer.made", key="x", title="An offer", at=NOW)
    decide(subject=project, action="project.opened", by=moderator, reason="Clean.", at=NOW)


def test_a_moderator_opens_one_of_each(one_of_each, client_of, moderator):
    """The page of one object of every model, which renders what a list does not."""
    client, answers = client_of(moderator), {}
    for model in MODELS:
        for found in model._default_manager.order_by("pk")[:1]:
            url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[found.pk])
            answers[model._meta.label] = client.get(url).status_code
    assert set(answers.values()) == {200}, answers
    assert len(answers) >= 20, sorted(answers)
