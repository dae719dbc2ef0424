"""What strangers may ask of search, page and API: an ordinary page or a clear 400, never a slow query or a 500."""

import os
import subprocess
import sys

import pytest
from django.db import OperationalError, connection

from marketplace.db import ask_quickly
from marketplace.errors import Unavailable
from projects.search import order
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
SYNTAX = [
    '"',
    '""',
    '"open',
    "- - -",
    "-" * 40,
    "- " * 40,
    "-(" * 40 + "survey",
    "-",
    "OR",
    "or or",
    "a OR",
    "(",
    "a & b",
    "a | !b",
    "a <-> b",
    "a:*",
    "'",
    "\\",
    "%",
    "_",
]
STRINGS = [
    "q=" + "x" * 10_000, "q=" + "word+" * 2_000, "q=%00", "q=%01%02%1f%7f", "q=%e2%80%ae%e2%80%8b", "q=%ff%fe", "q=%",
    "q=" + "%F0%9F%98%80" * 500, "q=a&q=b&q=c", "skill=" + "&skill=".join(str(number) for number in range(400)),
    "skill=..%2F..%2Fetc", "organization=%27%3B--", "colour=red&page=-1&offset=99999999999999999999", "%FF=%FF",
]  # fmt: skip
WRONG = [
    "pay=abc",
    "pay=-1",
    "hours=1-2",
    "within=-3",
    "where=moon",
    "level=9",
    "level=1&level=x",
    "sort=drop",
    "sort=fit",
]
FORGED = ["", "1", "1.", ".1", "-1.1", "1.0", "1.1.1", "bnVsbA", "1.١", "9" * 9_999, order.Cursor(2**70, 1).encode()]


@pytest.fixture(autouse=True)
def _market(organization, owner, time_machine):
    time_machine.move_to(NOW, tick=False)
    for number in range(3):
        factories.make_project(organization=organization, title=f"Survey {number}")


@pytest.mark.parametrize("text", SYNTAX)
def test_every_operator_is_only_text(text, client_of, student):
    for client in (client_of(None), client_of(student)):
        assert client.get("/projects/", {"q": text}).status_code == 200
    assert client_of(None).get("/api/projects/", {"q": text}).status_code == 200


@pytest.mark.parametrize("query", STRINGS)
def test_strange_strings_find_a_page(query, client_of):
    visitor = client_of(None)
    page, data = visitor.get(f"/projects/?{query}", follow=True), visitor.get(f"/api/projects/?{query}")
    names_nothing = query.startswith(("skill=", "organization="))
    assert (page.status_code, data.status_code) == (200, 400 if names_nothing else 200)


@pytest.mark.parametrize("query", WRONG)
def test_a_wrong_value_is_dropped_by_the_page_and_refused_by_the_api(query, client_of):
    visitor = client_of(None)
    page, data = visitor.get(f"/projects/?{query}"), visitor.get(f"/api/projects/?{query}")
    assert (page.status_code, data.status_code) == (200, 400)
    assert data["Content-Type"] == "application/problem+json"
    assert list(data.json()["errors"]) == [query.partition("=")[0]]


@pytest.mark.parametrize("side", ["after", "before"])
@pytest.mark.parametrize("cursor", FORGED)
def test_a_forged_cursor_shows_the_first_page_and_is_refused_by_the_api(side, cursor, client_of):
    visitor = client_of(None)
    assert "3 projects" in visitor.get("/projects/", {side: cursor}, follow=True).content.decode()
    data = visitor.get("/api/projects/", {side: cursor})
    assert (data.status_code, list(data.json().get("errors", []))) == ((400, [side]) if cursor else (200, []))


def test_a_statement_that_takes_too_long_is_ended(settings):
    settings.PUBLIC_QUERY_SECONDS = 0.05
    with connection.cursor() as cursor, pytest.raises(Unavailable, match="Use fewer or other words"):
        ask_quickly(cursor, "SELECT pg_sleep(%(seconds)s)", {"seconds": 5})


def test_other_failures_stay_what_they_are():
    with connection.cursor() as cursor, pytest.raises(OperationalError):
        ask_quickly(cursor, "SELECT pg_terminate_backend(pg_backend_pid()) -- %(none)s", {"none": 1})


@pytest.mark.parametrize("path", ["/projects/?q=survey", "/api/projects/?q=survey"])
def test_a_search_that_takes_too_long_says_what_to_do(path, client_of, settings, monkeypatch):
    settings.PUBLIC_QUERY_SECONDS = 0.05
    monkeypatch.setattr("projects.search.statement.STATEMENT", "SELECT pg_sleep(5) -- {parts} {facets} {levels}")
    answer = client_of(None).get(path)
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "Use fewer or other words" in answer.content.decode()


def test_the_api_counts_what_the_page_counts(client_of):
    data = client_of(None).get("/api/projects/?q=survey").json()
    assert (data["count"], data["count_is_exact"]) == (3, True)
    where = next(facet for facet in data["facets"] if facet["name"] == "where")
    assert where["options"] == [
        {"value": "remote", "text": "Remote", "count": 3}, {"value": "onsite", "text": "On site", "count": 0},
    ]  # fmt: skip


@pytest.mark.parametrize(("process", "limit"), [("web", "15s"), ("", "0")])
def test_only_web_processes_end_their_statements(process, limit):
    code = "import marketplace.wsgi" if process else "import django; django.setup()"
    code += "\nfrom django.db import connection\nwith connection.cursor() as cursor:"
    code += "\n cursor.execute('SHOW statement_timeout'); print(cursor.fetchone()[0])"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "marketplace.settings", "PROCESS": process}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == limit
