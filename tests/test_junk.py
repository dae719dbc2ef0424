"""Bad input never breaks a page: whatever a route reads from the address, the query or a form may be anything.

Walks the access table with the person who may use each route. What a view reads is found by watching it, so that a new
parameter is covered at once. One route meets one half of the junk and the next the other; with --long each meets all.
An error that nobody caught is raised by the client and fails the test.
"""

import re
from urllib.parse import quote, urlsplit
from zlib import crc32

import pytest
from django.contrib import admin
from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from tests.access.table import PEOPLE, build_scene, path_of
from tests.rounds import rounds
from tests.test_access import ROWS

FORM = "application/x-www-form-urlencoded"
JUNK = [
    "\x00", "a\x00b", "9" * 40, "-1", "1e999999", "NaN", "٣", "2026-02-31", "0001-01-01", "9999-12-31", "%", "{}", "[[",
    "<script>alert(1)</script>", "'; DROP TABLE x; --", "../../etc/passwd", "\r\nX-Injected: yes", "\u202egnp.exe",
    "//evil.example", "javascript:alert(1)", "x" * 20_000, "WzEsMV0", "bnVsbA", "🦆" * 200,
]  # fmt: skip
SURROGATE = "%ED%A0%80"  # UTF-8 that does not exist
IN_A_PATH = ["%00", "9" * 40, "-1", SURROGATE, "..%2F..%0D%0AX-Injected"]
QUIET = {"csrfmiddlewaretoken"}


def junk_for(row):
    """What this route meets in this run: the same in each."""
    half = crc32(row.label.encode()) % 2
    return JUNK[rounds(half, 0) :: rounds(2, 1)]


class Watch:
    """The names that views look up in QueryDicts."""

    def __init__(self, monkeypatch):
        self.names = set()
        for method in ("__getitem__", "__contains__", "_getlist"):
            self.record(monkeypatch, method)

    def record(self, monkeypatch, method):
        original, names = getattr(QueryDict, method), self.names

        def look(self, name, *more, **options):
            names.add(name)
            return original(self, name, *more, **options)

        monkeypatch.setattr(QueryDict, method, look)

    def during(self, act):
        self.names.clear()
        act()
        return sorted(self.names - QUIET)


@pytest.fixture
def watch(monkeypatch):
    return Watch(monkeypatch)


@pytest.fixture
def people(student, other_student, owner, member, finance, other_owner, moderator, suspended):
    users = [student, other_student, owner, member, finance, other_owner, moderator, suspended]
    return dict(zip(PEOPLE, [None, *users], strict=True))


def scene_of(row, people):
    scene = build_scene(people)
    if row.scene:
        row.scene(scene)
    return scene


def reader_of(row):
    """Somebody who gets furthest: a page, else a redirect, else whatever there is; the visitor last."""
    ranks = {200: 0, 422: 0, 302: 1}
    return min(reversed(PEOPLE), key=lambda name: (name == "visitor", ranks.get(row.expected[name], 2)))


def ask(client, method, *arguments, **options):
    """The response of one request, rolled back; streamed files are read."""
    with transaction.atomic():
        response = getattr(client, method)(*arguments, **options)
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    assert response.status_code < 500, (response.status_code, arguments)
    assert "X-Injected" not in response.headers
    assert urlsplit(response.headers.get("Location", "")).hostname != "evil.example"
    return response


def post(client, path, body):
    return ask(client, "post", path, urlencode(body, doseq=True), content_type=FORM)


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "get"], ids=lambda row: row.label)
def test_get(row, people, client_of, watch):
    """Each parameter that the view reads, as anything; each part of the address, as anything."""
    scene = scene_of(row, people)
    arguments = row.args(scene)
    client, path = client_of(people[reader_of(row)]), reverse(row.name, args=arguments)
    query = row.query(scene) if callable(row.query) else row.query
    names = watch.during(lambda: ask(client, "get", path + query))
    for junk in junk_for(row) if names else []:
        ask(client, "get", f"{path}?{urlencode(dict.fromkeys(names, junk))}")
    if names:
        ask(client, "get", path + "?" + "&".join(f"{name}={SURROGATE}" for name in names))
    for argument in arguments:
        for junk in IN_A_PATH:
            ask(client, "get", re.sub(rf"(?<=/){re.escape(quote(str(argument)))}(?=/)", junk, path))


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "post"], ids=lambda row: row.label)
def test_post(row, people, client_of, watch):
    """All fields as anything; then each alone as anything, the others as they should be."""
    scene = scene_of(row, people)
    client, path, body = client_of(people[reader_of(row)]), path_of(row, scene), row.data(scene)
    body = {name: value for name, value in body.items() if not hasattr(value, "read")}
    names = watch.during(lambda: post(client, path, body))
    for junk in junk_for(row) if names else []:
        post(client, path, dict.fromkeys(names, junk))
    for number, name in enumerate(names):
        post(client, path, body | {name: JUNK[number % len(JUNK)]})
    ask(client, "post", path, b"\xff\xfe=%ED%A0%80&%00=%00", content_type=FORM)
    ask(client, "post", path, b"{not json", content_type="application/json")
    ask(client, "post", path, b"--nothing", content_type="multipart/form-data; boundary=x")


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_admin(model, moderator, client_of):
    client, name = client_of(moderator), f"admin:{model._meta.app_label}_{model._meta.model_name}"
    lists = [reverse(f"{name}_changelist")]
    if hasattr(admin.site._registry[model], "verbs"):
        verb = next(iter(admin.site._registry[model].verbs))
        lists.append(reverse(f"{name}_decide", args=[verb]))
    for path in lists:
        for junk in JUNK[:12]:
            ask(client, "get", f"{path}?{urlencode(dict.fromkeys(['q', 'p', 'o', 'ids', 'status', 'e'], junk))}")
        for parameter in ("q", "p", "o", "ids", "id__exact", "pk__in"):
            ask(client, "get", f"{path}?{urlencode({parameter: '9' * 40})}")
    for junk in ("0", "9" * 40, "x", "_00"):
        ask(client, "get", f"{lists[0]}{junk}/change/")
