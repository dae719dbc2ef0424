"""`next` leads back to a path on this site, whatever is in it."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from marketplace.redirects import back_to, came_from
from tests.factories import PASSWORD


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/projects/?q=sql", "/projects/?q=sql"),
        ("", "/about/"),
        ("https://evil.example/", "/about/"),
        ("//evil.example/", "/about/"),
        ("/\\evil.example/", "/about/"),
        ("javascript:alert(1)", "/about/"),
        ("home", "/about/"),  # the name of a view is no address
        ("no such view", "/about/"),
        ("\x00", "/about/"),
    ],
)
def test_back_to(rf, wanted, leads_to):
    assert back_to(rf.post("/somewhere/", {"next": wanted}), "about").url == leads_to
    assert back_to(rf.get("/somewhere/", {"next": wanted}), "about").url == leads_to


@pytest.mark.parametrize(
    ("referer", "path"),
    [
        ("http://testserver/projects/?q=sql&sort=pay", "/projects/?q=sql&sort=pay"),
        ("http://testserver/projects/#results", "/projects/"),
        ("http://evil.example/projects/", ""),
        ("http://testserver//evil.example/", ""),
        ("http://testserver/\\evil.example/", ""),
        ("//evil.example/", ""),
        ("http://[", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_came_from(rf, referer, path):
    assert came_from(rf.get("/somewhere/", HTTP_REFERER=referer)) == path


RESULTS = "/projects/?q=sql"
SAME = "http://testserver"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("projects:keep", {"save": "nothing", "next": RESULTS}),
        ("projects:hide", {}),
        ("projects:pause", {}),
        ("notifications:read_all", {}),
    ],
)
def test_who_is_signed_out_and_presses_a_button_comes_back_to_its_page(client, student, name, data):
    response = client.post(reverse(name), data, headers={"referer": SAME + RESULTS})
    assert response.url == f"{reverse('account_login')}?next=%2Fprojects%2F%3Fq%3Dsql"
    page = client.get(response.url)
    assert "Sign in first, then do it once more" in page.content.decode()
    person = {"login": student.email, "password": PASSWORD, "next": page.context["redirect_field_value"]}
    assert client.post(reverse("account_login"), person).url == RESULTS


def test_without_a_page_to_come_back_to_sign_in_leads_home(client, db):
    assert client.post(reverse("projects:hide")).url == reverse("account_login")
    elsewhere = client.post(
        reverse("projects:hide"), {"next": "//evil.example/"}, headers={"referer": "http://a.example/"}
    )
    assert elsewhere.url == reverse("account_login")


def test_a_page_that_is_read_comes_back_to_itself(client, db):
    response = client.get(reverse("projects:saved"), headers={"referer": SAME + RESULTS})
    assert response.url == f"{reverse('account_login')}?next={reverse('projects:saved')}"
    assert not list(get_messages(response.wsgi_request))


def test_htmx_takes_the_whole_page_to_sign_in(client, db):
    response = client.post(
        reverse("projects:keep"), {"save": "x", "next": RESULTS}, headers={"hx-request": "true"}
    )  # fmt: skip
    assert (response.status_code, response.content) == (401, b"")
    assert response["HX-Redirect"] == f"{reverse('account_login')}?next=%2Fprojects%2F%3Fq%3Dsql"


def test_the_address_of_a_button_opened_as_a_page_says_what_to_do(client_of, student):
    response = client_of(student).get(reverse("projects:keep"))
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "This address is no page" in response.content.decode()
    for method in ("trace", "options", "put", "delete"):
        refused = getattr(client_of(student), method)(reverse("projects:saved"))
        assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD, POST"), method
        assert b"Saved projects" not in refused.content
    program = client_of(student).get(reverse("projects:keep"), headers={"accept": "application/json"})
    assert (program.status_code, program.content) == (405, b"")
