"""The admin is for moderators. Walked over its own registry, so that a new model is covered at once."""

import pytest
from django.contrib import admin
from django.urls import reverse

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
