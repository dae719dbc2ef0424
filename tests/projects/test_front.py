"""What each process remembers of the front of the list, and the first of each order among which enough is found."""

import random
from datetime import timedelta

import pytest
from django.http import QueryDict

from projects.search import front, samples, statement
from projects.search.filters import parse
from projects.search.results import search_open
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_the_front_page_of_many_counts_once_a_minute_and_always_reads_its_rows(organization, owner, monkeypatch):
    monkeypatch.setattr(statement, "MOST", 2)
    monkeypatch.setattr(front, "kept", {})
    for number in range(3):
        factories.make_project(organization=organization, title=f"Survey {number}", is_remote=True)

    def page(at, text=""):
        found = search_open(parse(QueryDict(text)), at=at)
        where = next(facet for facet in found.facets if facet.name == "where")
        return len(found.rows), found.total, found.is_more, where.options[0].count

    assert page(NOW) == (3, 2, True, 2)  # as many are counted as the total says
    factories.make_project(organization=organization, title="Survey 3", is_remote=True)
    soon = NOW + timedelta(seconds=59)
    assert page(soon) == (4, 2, True, 2)
    assert page(soon, "where=remote") == (3, 2, True, 2)  # read anew
    assert page(NOW + timedelta(seconds=60)) == (3, 2, True, 2)
    assert sorted(front.kept) == ["newest", "opened_at"]


def test_the_front_page_of_few_is_never_kept(market, monkeypatch):
    monkeypatch.setattr(front, "kept", {})
    search_open(parse(QueryDict("")), at=NOW)
    assert front.kept == {}


@pytest.mark.parametrize(
    "query", ["", "q=survey", "where=remote", "skill=sql&pay=300&where=remote", "q=survey&where=onsite"]
)
def test_looking_among_the_first_of_an_order_finds_the_same(query, market, monkeypatch):
    monkeypatch.setattr(statement, "MOST", 3)
    for few, fold in ((0, 1), (1, 2), (2, 1), (3, 1)):
        monkeypatch.setattr(front, "FEW", few)
        monkeypatch.setattr(samples, "FOLD", fold)
        monkeypatch.setattr(front, "STEPS", 3)
        for sort in ("newest", "pay", "closing", "relevance"):
            asked, first = {"at": NOW, "size": 20, "sort": sort}, front.first_of(samples.walked(sort), NOW)
            assert all(first.steps)
            plain = statement.find(parse(QueryDict(query)), **asked)
            assert statement.find(parse(QueryDict(query)), **asked, first=first) == plain
            assert plain.rows or query


def test_what_opens_after_the_first_were_noted_is_among_them(market, organization, monkeypatch):
    monkeypatch.setattr(statement, "MOST", 1)
    monkeypatch.setattr(front, "FEW", 0)
    later, most = NOW + timedelta(seconds=59), 90_000_000
    first = {sort: front.first_of(samples.walked(sort), NOW) for sort in ("newest", "pay", "closing")}
    dates = {"applications_close_at": later + timedelta(seconds=1), "opened_at": later, "fee_amount": most}
    new = factories.make_project(organization=organization, hours=40, **dates)
    for sort, known in first.items():
        found = statement.find(parse(QueryDict("")), at=later, sort=sort, size=1, first=known)
        assert found.rows[0].pk == new.pk


@pytest.mark.parametrize("sign", [1, -1])
def test_places_are_covered_from_the_beginning_to_the_edge_and_no_further(sign):
    chance = random.Random(3)
    for _repeat in range(200):
        edge = chance.randint(1_000, 1_600)
        beginning = edge + sign * chance.choice([0, 1, 7, 8, 9, 63, 64, 65, 500, chance.randint(0, 700)])
        tokens = front.cover(7, edge, beginning)
        covered = {
            place for place in range(200, 2_500)
            if {16 * place + 7, 16 * (place >> 3) + 10, 16 * (place >> 6) + 13} & set(tokens)
        }  # fmt: skip
        wanted = set(range(min(edge, beginning), max(edge, beginning) + 1))
        beyond = {place for place in covered if (place - edge) * sign < 0}
        assert wanted <= covered
        assert beyond == set()


def test_where_the_first_have_too_many_places_they_are_not_used(market, monkeypatch):
    monkeypatch.setattr(front, "FEW", 0)
    monkeypatch.setattr(front, "AT_MOST", 0)
    assert front.first_of("opened_at", NOW) is None
    monkeypatch.setattr(front, "FEW", 1_000)
    assert front.first_of("opened_at", NOW) is None


def test_the_newest_are_known_once_more_is_found_than_is_counted(market, monkeypatch):
    monkeypatch.setattr(front, "kept", {})
    monkeypatch.setattr(front, "FEW", 0)
    monkeypatch.setattr(statement, "MOST", 3)
    search_open(parse(QueryDict("where=remote")), at=NOW)
    assert all(front.kept["opened_at"].value.steps)
    assert list(front.kept) == ["opened_at"]
