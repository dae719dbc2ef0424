"""What the list of projects asks for next: its usual order, and what can be saved of it."""

import re

import pytest
from django.urls import reverse

from marketplace.accounts.models import Organization
from marketplace.skills.models import StudentSkill
from projects.models import Project
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(NOW, tick=False)


def test_a_word_that_is_typed_into_the_list_sorts_by_relevance(client, organization):
    """The usual order is not part of the address, so it gives way to the one that suits a search."""
    factories.make_project(organization=organization, title="Harbour survey")
    page = client.get(reverse("projects:browse")).content.decode()
    assert '<option value="" selected>Newest' in page
    page = client.get(reverse("projects:browse"), {"q": "harbour"}).content.decode()
    assert '<option value="" selected>Most relevant' in page
    assert '<option value="newest">Newest' in page


def test_what_fits_alone_cannot_be_saved_as_a_search(client, student):
    client.force_login(student)
    browse, save = reverse("projects:browse"), reverse("projects:search_new")
    assert save not in client.get(browse + "?fits=me").content.decode()
    assert save in client.get(browse + "?fits=me&where=remote").content.decode()


def test_a_search_is_named_where_tabs_and_history_show_it(client, organization):
    browse = reverse("projects:browse")
    page = client.get(browse).content.decode()
    assert "<title>Open projects · " in page
    assert "<meta name=description" in page
    page = client.get(browse, {"q": "<harbour>", "where": "remote"}).content.decode()
    assert "<title>&lt;harbour&gt;, Remote · Open projects · " in page
    assert "<meta name=description" not in page
    assert f'rel=canonical href="http://localhost:8000{browse}"' in page


def test_a_mended_search_is_saved_and_followed_as_it_was_mended(client, student, organization):
    """As it was typed it would never find anything."""
    factories.make_project(organization=organization, title="Museum guide")
    client.force_login(student)
    page = client.get(reverse("projects:browse"), {"q": "musuem", "where": "remote"}).content.decode()
    assert "Showing “museum”" in page
    for name in ("search_new", "feed"):
        assert re.search(rf'href="{reverse(f"projects:{name}")}\?[^"]*q=museum[&"]', page), name
    assert "<title>museum, Remote" in page


@pytest.mark.parametrize(("text", "filters", "shown"), [
    ("musuem", {}, "museum"), ("musuem", {"where": "onsite"}, "museum"), ("musuem gudie", {}, "museum guide"),
    ("musuem survey", {}, ""), ("musuem survey", {"where": "onsite"}, ""),
])  # fmt: skip
def test_a_text_is_mended_only_where_that_leads_to_something(text, filters, shown, client, organization):
    factories.make_project(organization=organization, title="Museum guide")
    factories.make_project(organization=organization, title="Harbour survey")
    page = client.get(reverse("projects:browse"), {"q": text, **filters}).content.decode()
    assert ("Showing “" in page, f"Showing “{shown}”" in page) == (bool(shown), bool(shown))
    assert f'value="{text}"' in page


def test_a_mended_search_is_remembered_until_somebody_writes_it_so(client, organization, query_count):
    museum = factories.make_project(organization=organization, title="Museum guide")
    address = reverse("projects:browse") + "?q=musuem"
    assert query_count(client, address) == 2
    assert "Museum guide" in client.get(address).content.decode()
    factories.make_project(organization=organization, title="Musuem of spelling")
    page = client.get(address).content.decode()
    assert ("Musuem of spelling" in page, "Museum guide" in page, "Showing “" in page) == (True, False, False)
    Project.objects.exclude(pk=museum.pk).update(status="closed")
    assert "Museum guide" in client.get(address).content.decode()
    Project.objects.update(status="closed")
    assert "Showing “" not in client.get(address).content.decode()


def test_the_box_keeps_what_was_typed(client, organization):
    factories.make_project(organization=organization, title="Data visualization of tides")
    page = client.get(reverse("projects:browse"), {"q": "data-visualization  tides\x00<"}).content.decode()
    assert 'value="data-visualization tides &lt;"' in page
    assert "Data visualization of tides" in page


def test_a_card_is_drawn_anew_when_what_it_says_changes(client_of, student, organization):
    project = factories.make_project(organization=organization, title="<b>Tide</b> & table", skills=["SQL", "Python"])
    address = reverse("projects:browse")
    for _again in range(2):
        page = client_of(None).get(address).content.decode()
        assert "&lt;b&gt;Tide&lt;/b&gt; &amp; table</a></h2>" in page
        assert "<li>SQL<li>Python</ul>" in page
    skill = project.competencies.get(skill__name="SQL")
    StudentSkill.objects.create(student=student.student, skill=skill.skill, level=skill.level, updated_at=NOW)
    assert "<li><b>SQL</b><li>Python</ul>" in client_of(student).get(address).content.decode()
    Organization.objects.update(name="Tide & Sons")
    assert "<p>Tide &amp; Sons" in client_of(None).get(address).content.decode()


def test_who_is_not_signed_in_reads_which_zone_the_hours_are_of(client, client_of, project, student):
    """A deadline at the end of a day in New York is on the next day in UTC."""
    page = project.get_absolute_url()
    assert "Times are in UTC" in client.get(page).content.decode()
    assert "Times are in UTC" not in client_of(student).get(page).content.decode()
