"""Who may keep a page: nobody but the reader's browser, and what is the same for everybody, everybody."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["home", "notifications:inbox", "projects:browse", "accounts:profile"])
def test_pages_of_a_person_are_kept_by_nobody_else(name, client_of, student):
    assert client_of(student).get(reverse(name))["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("name", ["mfa_index", "mfa_activate_totp"])
def test_pages_with_keys_are_not_kept_at_all(name, client_of, student):
    page = client_of(student).get(reverse(name))
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("path", ["/robots.txt", "/sitemap.xml", "/projects/feed/", "/projects/suggest/?q=sql"])
def test_what_is_the_same_for_everybody_varies_by_no_cookie(path, client, project):
    answer = client.get(path)
    assert answer.status_code == 200
    assert "public" in answer["Cache-Control"]
    assert "cookie" not in answer.get("Vary", "").lower()


def test_a_page_that_differs_by_reader_says_so(client, project):
    for path in (reverse("projects:browse"), project.get_absolute_url(), reverse("landing")):
        assert "Cookie" in client.get(path)["Vary"], path
