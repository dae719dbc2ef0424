"""When something is out of reach or cannot be read: a plain page, nothing half-saved, no stack trace."""

import smtplib

import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.test import Client
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisUnavailable
from redis.exceptions import TimeoutError as RedisSilent

from marketplace.accounts.models import Organization
from marketplace.errors import Unavailable, answer_to
from projects.models import Project

JSON = "application/problem+json"


def unheeding(client):
    """A client that gets the page of an error instead of the error."""
    client.raise_request_exception = False
    return client


@pytest.fixture
def without_database(transactional_db):
    """Calling it moves PostgreSQL to a port where nobody listens, until the test ends."""
    real = dict(connection.settings_dict)

    def leave():
        connection.close()
        connection.settings_dict |= {"HOST": "127.0.0.1", "PORT": "1"}

    yield leave
    connection.close()
    connection.settings_dict.update(real)


def test_without_postgresql_every_page_says_to_come_back(without_database, client_of, owner):
    visitor, reader = unheeding(Client()), unheeding(client_of(owner))
    without_database()
    for client, url in [
        (visitor, "/"), (visitor, "/projects/"), (visitor, "/healthz"), (reader, "/"), (reader, reverse("home")),
        (reader, reverse("admin:index")),
    ]:  # fmt: skip
        response = client.get(url)
        assert (response.status_code, response["Retry-After"]) == (503, "10"), url
        assert "Back in a moment" in response.content.decode()
    answer = visitor.get(reverse("api:projects"))
    assert (answer.status_code, answer["Content-Type"], answer["Retry-After"]) == (503, JSON, "10")


def test_what_was_sent_to_a_dead_database_is_not_half_saved(without_database, client_of, owner):
    client = unheeding(client_of(owner))
    real = dict(connection.settings_dict)
    without_database()
    assert client.post(reverse("accounts:organization_new"), {"name": "Birch Books"}).status_code == 503
    connection.close()
    connection.settings_dict.update(real)
    assert not Organization.objects.filter(name="Birch Books").exists()
    assert client.get(reverse("home")).status_code == 200, "the sign-in survives"


@pytest.mark.parametrize(
    "error",
    [
        RedisUnavailable(), RedisSilent(), ConnectionRefusedError(), TimeoutError(), Unavailable("Stripe"),
        smtplib.SMTPServerDisconnected(), DatabaseError("server closed the connection unexpectedly"),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_whatever_is_out_of_reach_has_the_same_page(error, rf):
    assert answer_to(rf.get("/"), error).status_code == 503


@pytest.mark.parametrize(
    "error", [ValueError("a bug"), KeyError("a bug"), RuntimeError("a bug"), IntegrityError("a bug")], ids=repr
)
def test_a_bug_is_not_dressed_up(error, rf):
    assert answer_to(rf.get("/"), error) is None


def test_a_zero_byte_in_an_address_or_a_cookie_is_the_senders_mistake(client_of, owner):
    client = client_of(owner)
    for url in ["/applications/%00/", "/engagements/?after=%00", "/notifications/?before=a%00b"]:
        response = client.get(url)
        assert response.status_code in (400, 404), url
        assert b"Traceback" not in response.content
    visitor = unheeding(Client())
    visitor.cookies["sessionid"] = "abcdefgh\x00"
    assert visitor.get(reverse("home")).status_code == 400


def test_more_text_than_a_form_may_carry_names_the_limit(client_of, owner, organization, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    draft = Project.objects.create(organization=organization, created_by=owner, title="A draft")
    url = reverse("projects:edit_section", args=[draft.code, "outcome"])
    response = unheeding(client_of(owner)).post(url, {"title": "x" * 2_000})
    assert response.status_code == 413
    assert "2 MB" in response.content.decode()
    draft.refresh_from_db()
    assert draft.title == "A draft"


def test_an_upload_that_is_far_too_large_is_not_read(client_of, owner, settings):
    settings.REQUEST_MAX_BYTES = 1_000
    client = client_of(owner)
    assert client.post(reverse("accounts:profile"), {"name": "x" * 2_000}).status_code == 413
    assert client.post(reverse("accounts:profile"), {"name": "x"}).status_code == 422
    answer = client.post(reverse("api:projects"), {"name": "x" * 2_000})
    assert (answer.status_code, answer["Content-Type"]) == (413, JSON)
