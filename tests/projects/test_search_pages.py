"""Pages of saved searches: what they say of themselves is what happens."""

import pytest
from django.urls import reverse

from marketplace.notifications.preferences import choose
from projects.models import SavedSearch
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
SEARCHES, NEW = reverse("projects:searches"), reverse("projects:search_new")


def saved(student, query="q=docks", name="Docks", pace="daily"):
    return SavedSearch.objects.create(
        student=student.student, query=query, name=name, pace=pace, created_at=NOW, told_until=NOW, due_at=NOW
    )


@pytest.mark.parametrize(("paces", "is_off"), [({}, False), ({"search": "weekly"}, False), ({"search": "off"}, True)])
def test_pages_say_when_emails_about_searches_are_turned_off(student, client_of, paces, is_off):
    choose(student, at=NOW, paces=paces)
    search, client = saved(student), client_of(student)
    for path in (SEARCHES, f"{NEW}?q=figma", reverse("projects:search", args=[search.code])):
        page = client.get(path).content.decode()
        assert ("E-mails about saved searches are turned off" in page) == is_off, path
        assert (f'href="{reverse("notifications:preferences")}">Turn the e-mails on' in page) == is_off, path
    listed = client.get(SEARCHES).content.decode()
    assert [words in listed for words in ("Once a day ·", "We write when")] == 2 * [not is_off]
    assert ("No e-mails ·" in listed) == is_off


def test_what_a_saved_search_leaves_out_is_said(student, client_of):
    client = client_of(student)
    page = client.get(f"{NEW}?q=figma&fits=me&within=7").content.decode()
    assert "Not kept: “Fits me” and “Closes within 7 days”" in page
    assert "/projects/?q=figma&amp;fits=me&amp;within=7" in page  # back
    assert "Not kept" not in client.get(f"{NEW}?q=figma").content.decode()


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_shows_what_each_search_asks_in_one_query(student, client_of, query_count, many):
    factories.make_skill("SQL"), factories.make_skill("Figma")
    for number, query in enumerate(["skill=sql&where=remote", "skill=figma&pay=300", "q=docks"][:many]):
        saved(student, query, name=f"Mine {number}")
    page = client_of(student).get(SEARCHES).content.decode()
    chips = ["SQL", "Remote", "Figma", "$300 or more", "“docks”"][: 2 if many == 1 else 5]
    assert [f'<span class="chip">{label}</span>' in page for label in chips] == [True] * len(chips)
    assert page.count('class="chip"') == len(chips)
    assert query_count(client_of(student), SEARCHES) == 5


@pytest.mark.parametrize("query", ["pay=300&where=remote", "pay=1200&where=remote"])  # of the second nothing is found
def test_a_search_that_is_saved_says_so(student, project, client_of, query):
    search, client = saved(student, query=query), client_of(student)
    page = client.get(f"/projects/?{query}&sort=pay").content.decode()
    assert "E-mail me new ones" not in page
    assert "Saved search" in page
    assert f'href="{reverse("projects:search", args=[search.code])}"' in page
    assert "E-mail me new ones" in client.get("/projects/?where=onsite").content.decode()


def test_fits_me_without_evidence_asks_for_some(student, other_student, project, client_of):
    assert "there is none yet" in client_of(student).get("/projects/?fits=me").content.decode()
    factories.make_student_skill(other_student.student, "Figma")
    page = client_of(other_student).get("/projects/?fits=me").content.decode()
    assert "there is none yet" not in page
    assert "No open project fits all of that" in page


@pytest.mark.parametrize(("q", "is_common"), [("the", True), ("Of The", True), ("the harbour", False), ("!", False)])
def test_words_that_are_too_common_are_told(client, q, is_common):
    page = client.get("/projects/", {"q": q}).content.decode()
    assert ("too common to search for" in page) == is_common


def test_a_form_left_empty_says_what_to_type(student, client_of):
    page = client_of(student).post(f"{NEW}?q=figma", {}).content.decode()
    assert "Type a name for this search." in page
    assert "Choose how often." in page
    assert "This field is required" not in page
