"""Pages that explain, and pages for what went wrong."""

import re
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from projects.search import statement
from tests import factories

EXPLAIN = ["landing", "how_it_works_students", "how_it_works_employers", "about", "terms", "privacy"]


@pytest.mark.parametrize("name", EXPLAIN)
def test_everybody_may_read_them(name, client, db):
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert answer.content.decode().count("<h1") == 1
    assert client.post(reverse(name)).status_code == 405


@pytest.mark.parametrize(
    ("path", "kind", "sizes"),
    [
        ("/favicon.ico", ("image/x-icon", "image/vnd.microsoft.icon"), {(16, 16), (32, 32)}),
        ("/apple-touch-icon.png", ("image/png",), {(180, 180)}),
    ],
)
def test_icons_are_where_browsers_look_for_them(path, kind, sizes, client):
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"] in kind) == (200, True)
    icon = Image.open(BytesIO(b"".join(answer.streaming_content)))
    icon.load()
    assert icon.info.get("sizes", {icon.size}) == sizes
    assert len(icon.convert("RGB").getcolors(maxcolors=100_000)) > 2  # the mark, and not a blank


def test_landing_sends_people_home(client, student):
    client.force_login(student)
    answer = client.get(reverse("landing"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("home"))


def test_landing_shows_open_projects_only(client, db, time_machine):
    time_machine.move_to(factories.NOW, tick=False)
    organization = factories.make_organization("Acme Analytics")
    factories.make_project(organization=organization, title="An open one")
    factories.make_project(organization=organization, title="Still a draft", status="draft")
    page = client.get(reverse("landing")).content.decode()
    assert "An open one" in page
    assert "Still a draft" not in page
    assert ">1 open project<" in page


def test_landing_counts_no_further_than_a_list_does(client, db, time_machine, monkeypatch):
    time_machine.move_to(factories.NOW, tick=False)
    monkeypatch.setattr(statement, "MOST", 2)
    organization = factories.make_organization("Acme Analytics")
    for number in range(4):
        factories.make_project(organization=organization, title=f"Survey {number}")
    page = client.get(reverse("landing")).content.decode()
    assert ">More than 2 open projects<" in page
    assert [f"Survey {number}" in page for number in range(4)] == [False, True, True, True]


def test_landing_says_nothing_of_projects_where_none_is_open(client, db):
    assert "Open now" not in client.get(reverse("landing")).content.decode()


@pytest.mark.parametrize("projects", [1, 3])
def test_landing_asks_the_database_the_same_for_any_number(
    projects, client, db, django_assert_num_queries, time_machine
):
    time_machine.move_to(factories.NOW, tick=False)
    organization = factories.make_organization("Acme Analytics")
    for number in range(projects):
        factories.make_project(organization=organization, title=f"Project {number}")
    with django_assert_num_queries(1):
        assert client.get(reverse("landing")).status_code == 200


def test_the_numbers_on_a_page_are_the_ones_in_force(client, db, settings):
    settings.SERVICE_FEE_BPS = 1_250
    settings.HOURLY_FLOOR = 3_000
    page = client.get(reverse("how_it_works_employers")).content.decode()
    assert "12.5%" in page
    assert "$540.00" in page  # 16 hours at $30, and the service fee


@pytest.mark.parametrize("name", ["405", "413", "500", "503", "403_csrf"])
def test_last_resort_pages_need_neither_database_nor_context(name):
    """No `db` fixture: a query here would fail the test."""
    from django.shortcuts import render

    page = render(None, f"{name}.html").content.decode()
    assert page.count("<h1") == 1
    assert "Proofwork" in page


@pytest.mark.parametrize("name", ["403", "404", "429"])
def test_error_pages_keep_the_navigation(name, rf, db):
    from django.contrib.auth.models import AnonymousUser
    from django.shortcuts import render

    request = rf.get("/")
    request.user = AnonymousUser()
    page = render(request, f"{name}.html", {"message": "Only an owner may do this."}).content.decode()
    assert page.count("<h1") == 1
    assert "aria-label=Main" in page


def test_a_missing_page_says_so(client, db):
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


@pytest.mark.parametrize("name", EXPLAIN)
def test_no_page_promises_what_does_not_exist_yet(name, client, db):
    """Signed credentials are to come; take them out here when they do."""
    page = client.get(reverse(name)).content.decode().lower()
    assert "signed credential" not in page


@pytest.mark.parametrize("name", ["how_it_works_students", "how_it_works_employers", "terms"])
def test_the_kill_fee_and_the_days_of_silence_are_those_of_the_settings(name, client, db, settings):
    settings.KILL_FEE_BPS, settings.SPLIT_SILENCE_DAYS = (1_100, 3_300), 8
    page = client.get(reverse(name)).content.decode()
    for words in ("11%", "33%", "8 days"):
        assert words in page


def test_all_forms_of_a_page_have_the_token_that_is_taken(student, project, time_machine):
    """In Django's templates and in fragments; another one each time, and none where nothing is sent."""
    time_machine.move_to(factories.NOW, tick=False)
    client = Client(enforce_csrf_checks=True)
    client.force_login(student, backend="marketplace.accounts.adapters.AuthenticationBackend")
    found = []
    for _again in range(2):
        page = client.get(project.get_absolute_url()).content.decode()
        tokens = re.findall(r'name="csrfmiddlewaretoken" value="(\w{64})"', page)
        assert len(tokens) >= 3
        found.append(set(tokens))
    assert [len(tokens) for tokens in found] == [1, 1]
    assert found[0] != found[1]
    sent = {"save": project.code, "csrfmiddlewaretoken": found[0].pop()}
    assert client.post("/projects/keep/", sent | {"csrfmiddlewaretoken": "x" * 64}).status_code == 403
    assert client.post("/projects/keep/", sent).status_code == 302
    assert "csrftoken" not in Client().get("/about/").cookies
