"""Who may see and do what, route by route. A new route without a row fails; so does a row without a route.

The rows live beside each other in tests/access/<app>.py; each denied request also proves that nothing changed.
"""

import importlib
import pkgutil

import pytest
from django.db import transaction
from django.urls import URLPattern, get_resolver

from tests import access
from tests.access.table import PEOPLE, build_scene, fingerprint, path_of

MODULES = [importlib.import_module(f"tests.access.{found.name}") for found in pkgutil.iter_modules(access.__path__)]
ROWS = [row for module in MODULES for row in getattr(module, "ROWS", [])]
NAMELESS = "social/"  # allauth's redirects from addresses it used before
ELSEWHERE = ("admin:",)  # tests/test_admin_access.py walks the admin's own registry


def route_names(resolver=None, prefix=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern) and pattern.name is None:
            assert str(pattern.pattern).startswith(NAMELESS) or prefix.startswith(ELSEWHERE), pattern
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"
        else:
            yield from route_names(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)


def test_every_route_has_a_row():
    routes = {name for name in route_names() if not name.startswith(ELSEWHERE)}
    assert routes - {row.name for row in ROWS} == set()
    assert {row.name for row in ROWS} - routes == set()


@pytest.fixture
def people(student, other_student, owner, member, finance, other_owner, moderator, suspended):
    users = [student, other_student, owner, member, finance, other_owner, moderator, suspended]
    return dict(zip(PEOPLE, [None, *users], strict=True))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.label)
def test_row(row, people, client_of):
    scene = build_scene(people)
    if row.scene:
        row.scene(scene)
    path, body = path_of(row, scene), row.data(scene)
    answers = {name: ask(client_of(user), row, path, body) for name, user in people.items()}
    assert {name: status for name, (status, _) in answers.items()} == row.expected
    changed = [name for name, (status, same) in answers.items() if is_denied(status, row, name) and not same]
    assert changed == [], "a refused request changed something"


def ask(client, row, path, body):
    """(status, nothing changed); whatever the request did is rolled back for the next person."""
    with transaction.atomic():
        before = fingerprint() if row.method == "post" else ""
        response = getattr(client, row.method)(path, body)
        if response.streaming:
            b"".join(response.streaming_content)  # a served file stays open until it was read
        same = row.method != "post" or fingerprint() == before
        transaction.set_rollback(True)
    return response.status_code, same


def is_denied(status, row, name):
    return status in (403, 404, 405) or (name == "visitor" and status == 302)


PUBLIC = [row for row in ROWS if (row.method, row.expected["visitor"]) == ("get", 200)]


@pytest.mark.parametrize("row", PUBLIC, ids=lambda row: row.label)
def test_a_public_page_answers_no_method_that_asks_for_no_page(row, people, client_of):
    scene, visitor = build_scene(people), client_of(None)
    if row.scene:
        row.scene(scene)
    path = path_of(row, scene)
    assert visitor.trace(path).status_code == 405
    if row.name in ("organization", "healthz"):
        assert [getattr(visitor, method)(path).status_code for method in ("options", "post", "head")] == [405, 405, 200]
