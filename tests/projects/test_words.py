"""The vocabulary that mistyped searches are mended with, where it is kept."""

import pytest
from django.http import QueryDict

from projects import tasks
from projects.models import Project, SearchWord
from projects.search import text
from projects.search.filters import parse
from projects.search.results import search_open
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def corrected(words):
    return search_open(parse(QueryDict(f"q={words}")), at=NOW).corrected


def test_it_is_kept_only_where_listings_are_many(organization, owner, monkeypatch):
    monkeypatch.setattr(text, "NEWEST", 2)
    factories.make_project(organization=organization, title="Harbour survey", opened_at=NOW.replace(hour=1))
    tasks.keep_words()
    assert not SearchWord.objects.exists()
    assert corrected("harbuor") == "harbour"
    for number, title in enumerate(("Lighthouse map", "Lighthouse plan")):
        factories.make_project(organization=organization, title=title, opened_at=NOW.replace(hour=2 + number))
    tasks.keep_words()
    words = dict(SearchWord.objects.values_list("word", "uses"))
    assert (words["lighthouse"], words["map"], words["plan"]) == (2, 1, 1)
    assert "harbour" not in words
    assert corrected("lihgthouse") == "lighthouse"
    assert corrected("harbour survey") == ""  # not among the newest, and found all the same


def test_it_follows_the_newest_and_ends_with_them(organization, owner, monkeypatch):
    monkeypatch.setattr(text, "NEWEST", 1)
    factories.make_project(organization=organization, title="Lighthouse", opened_at=NOW.replace(hour=1))
    tasks.keep_words()
    factories.make_project(organization=organization, title="Windmill", opened_at=NOW.replace(hour=2))
    tasks.keep_words()
    assert SearchWord.objects.filter(word="windmill").exists()
    assert not SearchWord.objects.filter(word="lighthouse").exists()
    Project.objects.update(status="closed", close_reason="employer", closed_at=NOW)
    tasks.keep_words()
    assert not SearchWord.objects.exists()
