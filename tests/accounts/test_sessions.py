"""Sessions are Django's, read by a statement of our own."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.sessions import SessionStore

pytestmark = pytest.mark.django_db


def kept(**values):
    session = SessionStore()
    session.update(values)
    session.create()
    return session.session_key


def test_what_is_kept_is_found_and_one_that_ended_is_not():
    key = kept(colour="green")
    assert SessionStore(key)["colour"] == "green"
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    ended = SessionStore(key)
    assert ended.get("colour") is None
    assert ended.session_key is None


def test_saving_and_signing_out(client_of, student):
    client = client_of(student)
    key = client.session.session_key
    assert client.get(reverse("home")).status_code == 200
    session = SessionStore(key)
    session["colour"] = "red"
    session.save()
    assert SessionStore(key)["colour"] == "red"
    client.post(reverse("account_logout"))
    assert SessionStore(key).get("colour") is None


@pytest.mark.parametrize("key", ["x" * 32, "short", "' OR 1=1 --" * 3, "ü" * 20, "9" * 5_000])
def test_what_is_no_session_is_a_visitor(key):
    assert SessionStore(key).get("_auth_user_id") is None
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert client.get(reverse("projects:browse")).status_code == 200
