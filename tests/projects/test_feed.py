"""Each search as an Atom feed."""

import html
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from tests import factories
from tests.test_crawlers import offered

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def read(client, query="", **headers):
    answer = client.get(reverse("projects:feed") + query, **headers)
    assert answer.status_code == 200
    return answer, ElementTree.fromstring(answer.content)


def titles(root):
    return [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")]


def test_the_newest_first_with_what_a_reader_needs(client, settings):
    old = offered(title="Older", opened_at=factories.NOW - timedelta(days=2))
    new = offered(title="Tables & <charts>\x0b", opened_at=factories.NOW)
    answer, root = read(client)
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert titles(root) == ["Tables & <charts>", "Older"]
    entry = root.find(f"{ATOM}entry")
    address = settings.SITE_URL + new.get_absolute_url()
    assert entry.findtext(f"{ATOM}id") == address
    assert entry.find(f"{ATOM}link").get("href") == address
    assert entry.findtext(f"{ATOM}updated") == new.opened_at.isoformat()
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == new.organization.name
    skills = {row.skill.name for row in new.competencies.all()}
    assert {category.get("term") for category in entry.iter(f"{ATOM}category")} == skills
    assert new.fee_text in entry.findtext(f"{ATOM}summary")
    assert root.findtext(f"{ATOM}updated") == new.opened_at.isoformat()
    assert old.opened_at < new.opened_at


def test_what_people_wrote_is_text_in_a_summary_that_is_html(client):
    place = 'Ghent <img src="x" onerror="go()"> & Bruges'
    offered(title="<b>Bold</b>", is_remote=False, place=place)
    _answer, root = read(client)
    summary = root.find(f"{ATOM}entry/{ATOM}summary")
    assert summary.get("type") == "html"
    assert "<" not in summary.text
    assert place in html.unescape(summary.text)
    assert root.find(f"{ATOM}entry/{ATOM}title").get("type", "text") == "text"


def test_the_same_filters_as_the_page(client, settings):
    offered(title="Near", is_remote=False, place="Ghent")
    offered(title="Anywhere", is_remote=True)
    offered(title="Not yet", status="draft")
    _answer, root = read(client, "?where=remote&utm_source=mail&after=xx")
    assert titles(root) == ["Anywhere"]
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == f"{settings.SITE_URL}{reverse('projects:feed')}?where=remote"
    assert links["alternate"] == f"{settings.SITE_URL}{reverse('projects:browse')}?where=remote"
    assert "Remote" in root.findtext(f"{ATOM}title")
    page = client.get(reverse("projects:browse") + "?where=remote&sort=pay").content.decode()
    assert f'type="application/atom+xml" href="{reverse("projects:feed")}?where=remote"' in page


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_reader_that_has_it_is_told_so(client, method):
    ask, address = getattr(client, method), reverse("projects:feed")
    offered()
    answer, _root = read(client)
    assert "max-age=600" in answer["Cache-Control"]
    assert ask(address)["ETag"] == answer["ETag"]
    again = ask(address, headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again["ETag"], again["Cache-Control"]) == (304, answer["ETag"], answer["Cache-Control"])
    offered(title="One more")
    assert ask(address, headers={"if-none-match": answer["ETag"]}).status_code == 200


def test_who_has_it_compressed_is_told_the_same_headers(client):
    offered()
    coding = {"accept-encoding": "gzip"}
    answer = client.get(reverse("projects:feed"), headers=coding)
    again = client.get(reverse("projects:feed"), headers=coding | {"if-none-match": answer["ETag"]})
    assert (answer["Content-Encoding"], again.status_code) == ("gzip", 304)
    for name in ("Vary", "ETag", "Cache-Control"):
        assert again[name] == answer[name]
    assert "accept-encoding" in again["Vary"].lower()
    assert client.get(reverse("projects:feed"), headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_an_empty_feed_stays_the_same(client, time_machine):
    time_machine.move_to(factories.NOW)
    answer, root = read(client)
    assert root.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00+00:00"
    time_machine.move_to(factories.NOW + timedelta(days=1))
    assert client.get(reverse("projects:feed"), headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_what_closes_soon_has_no_feed_of_its_own(client):
    offered(title="Late")
    soon, all_of_it = read(client, "?within=3&where=remote")[0], read(client, "?where=remote")[0]
    assert soon.content == all_of_it.content
    assert b"Late" in soon.content


def test_nothing_found_and_nonsense_are_a_feed_too(client):
    for query in ("", "?q=%00%08zzzz", "?skill=&pay=&level=", "?q=" + "a%20OR%20" * 3_000):
        _answer, root = read(client, query)
        assert titles(root) == []


def test_a_search_that_finds_nothing_is_no_feed_of_another_word(client):
    offered(title="Harbour survey")
    assert titles(read(client, "?q=harbour")[1]) == ["Harbour survey"]
    assert titles(read(client, "?q=harbuor")[1]) == []


@pytest.mark.parametrize("name", ["skill", "field", "organization"])
def test_what_is_gone_has_no_feed_and_not_that_of_everything(client, name):
    project = offered()
    slugs = {
        "skill": project.competencies.first().skill.slug, "field": project.field.slug,
        "organization": project.organization.slug,
    }  # fmt: skip
    assert len(titles(read(client, f"?{name}={slugs[name]}")[1])) == 1
    for query in (f"?{name}=gone", f"?{name}={slugs[name]}&{name}=gone", f"?{name}=%00"):
        assert client.get(reverse("projects:feed") + query).status_code == 404


@pytest.mark.parametrize(
    "query", ["pay=301", "pay=-1", "hours=1-2", "where=moon", "level=9", "level=1&level=x", "within=-3"]
)
def test_a_filter_that_there_is_not_has_no_feed(client, query):
    offered()
    assert client.get(f"{reverse('projects:feed')}?{query}").status_code == 404
    assert client.get(reverse("projects:feed") + "?pay=&hours=25-40&level=1&level=2").status_code == 200
