"""What each process remembers of the front of the list, and the first of each order among which enough is found."""

import random
from datetime import timedelta
from itertools import chain

import pytest
from django.http import QueryDict

from projects.models import Project, SavedProject
from projects.search import front, samples, statement
from projects.search.filters import parse
from projects.search.results import search_open
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def remote(organization, owner, monkeypatch):
    """Three more than two, which is as far as is counted; and how many rows a search has and what it counts."""
    monkeypatch.setattr(statement, "MOST", 2)
    for number in range(3):
        factories.make_project(organization=organization, title=f"Survey {number}", is_remote=True)


def page(at, text="", **options):
    found = search_open(parse(QueryDict(text), options.get("student")), at=at, **options)
    where = next(facet for facet in found.facets if facet.name == "where")
    return len(found.rows), found.total, found.is_more, where.options[0].count


@pytest.mark.parametrize("text", ["", "q=survey", "q=survey&sort=newest", "where=remote", "pay=300&where=remote"])
def test_what_finds_much_is_counted_once_a_minute_and_its_rows_are_always_read(text, remote, organization):
    options = {"sort": "newest"} if "sort" in text else {}
    assert page(NOW, text, **options) == (3, 2, True, 2)  # as many are counted as the total says
    factories.make_project(organization=organization, title="Survey 3", is_remote=False)
    factories.make_project(organization=organization, title="Survey 4", is_remote=True)
    rows = 4 if "where" in text else 3 if text == "q=survey" else 5  # the most relevant are looked for among three
    assert page(NOW + timedelta(seconds=59), text, **options) == (rows, 2, True, 2)
    assert page(NOW + timedelta(seconds=60), text, **options) == (3, 2, True, 2 if "where" in text else 1)


def test_the_same_rows_with_and_without_what_is_remembered(market, monkeypatch):
    monkeypatch.setattr(statement, "MOST", 3)
    for text in ("", "q=survey", "where=remote", "level=1&level=2"):
        for sort in ("newest", "closing", "pay", "relevance"):
            asked = {"at": NOW, "sort": sort, "size": 2}
            plain, again = (search_open(parse(QueryDict(text)), **asked) for _again in range(2))
            assert (again.rows, again.facets, again.next) == (plain.rows, plain.facets, plain.next)
            following = [search_open(parse(QueryDict(text)), **asked, after=plain.next).ids for _again in range(2)]
            assert following[0] == following[1]
    assert front.counted


@pytest.fixture
def surveys(organization, owner, monkeypatch):
    """Nine projects of which a page has two and six are the most relevant: more than is counted."""
    monkeypatch.setattr(statement, "MOST", 7)
    monkeypatch.setattr(front, "SPARE", 1)
    return [factories.make_project(organization=organization, title=f"Survey of harbour {n}") for n in range(9)]


def best(text="q=survey", at=NOW, **options):
    return search_open(parse(QueryDict(text)), at=at, sort="relevance", size=2, **options)


def pages(text="q=survey", **options):
    """Ids of all pages of a walk, and back from the last to the one before."""
    found = best(text, **options)
    walk = [found.ids]
    while found.next:
        found = best(text, after=found.next, **options)
        walk.append(found.ids)
    return walk, best(text, before=found.previous, **options).ids


@pytest.fixture
def asked(monkeypatch):
    """Which of the two statements each page was read by."""
    names = []
    for name in ("find", "among"):
        ask = getattr(statement, name)
        monkeypatch.setattr(
            statement, name, lambda *of, name=name, ask=ask, **how: names.append(name) or ask(*of, **how)
        )
    return names


def test_the_most_relevant_are_ranked_once_a_minute(surveys, asked):
    walk, back = pages()
    ids = list(chain.from_iterable(walk))
    assert len(ids) == len(set(ids)) > 6
    assert (asked[:3], back) == (["find", "among", "among"], walk[-2])
    del asked[:]
    assert (pages(), asked[:3]) == ((walk, back), ["among"] * 3)
    assert best(at=NOW + timedelta(seconds=60)).ids == walk[0]
    assert asked[-1] == "find"


def test_of_the_most_relevant_that_are_remembered_only_what_is_open_is_shown(surveys, asked):
    first, second = (best(after=after).ids for after in ("", best().next))
    for pk in first[:1]:
        Project.objects.get(pk=pk).move_to("closed", at=NOW, closed_at=NOW)
    assert (best().ids, asked[-1]) == ([first[1], second[0]], "among")
    for pk in (first[1], second[0]):
        Project.objects.get(pk=pk).move_to("closed", at=NOW, closed_at=NOW)
    assert set(best().ids).isdisjoint(first)
    assert asked[-2:] == ["among", "find"]  # more are gone than were to spare
    late = surveys[0].applications_close_at
    assert best(at=late).ids == []


def test_what_is_one_students_is_read_with_the_most_relevant(surveys, student, asked):
    first = best().ids
    assert [row.is_saved for row in best(student=student.student).rows] == [False, False]
    SavedProject.objects.create(student=student.student, project_id=first[1], saved_at=NOW)
    assert [row.is_saved for row in best(student=student.student).rows] == [False, True]
    assert asked[-2:] == ["among", "among"]
    assert [row.is_saved for row in best().rows] == [False, False]


def test_what_fits_one_student_is_told_to_nobody_else(remote, student):
    def number_that_fits(who):
        found = search_open(parse(QueryDict(""), who), at=NOW, student=who)
        return [option.count for facet in found.facets for option in facet.options if facet.name == "fits"]

    assert [number_that_fits(who) for who in (student.student, None, student.student)] == [[None], [], [None]]
    front.counted.clear()
    assert [number_that_fits(who) for who in (None, student.student, None)] == [[], [None], []]
    assert page(NOW, "fits=me", student=student.student)[0] == 0
    assert {filters.fits for filters, _column in front.counted} == {None}


def test_alternatives_are_counted_where_they_are_asked_for(remote):
    assert page(NOW, "where=remote")[-1] == 2
    found = search_open(parse(QueryDict("where=remote")), at=NOW, alternatives=["where"])
    where = next(facet for facet in found.facets if facet.name == "where")
    assert (where.is_counted, [option.count for option in where.options]) == (True, [2, 0])


def test_so_many_searches_are_remembered(remote, monkeypatch):
    monkeypatch.setattr(front, "SEARCHES", 2)
    for text in ("", "where=remote", "pay=300"):
        page(NOW, text)
    assert len(front.counted) == 1


def test_what_finds_little_is_never_kept(market):
    search_open(parse(QueryDict("")), at=NOW)
    assert (front.kept, front.counted) == ({}, {})


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
            for begin in range(3):
                steps = samples.First(first.steps[begin:], first.sizes[begin:])
                assert statement.find(parse(QueryDict(query)), **asked, first=steps) == plain
            assert plain.rows or query


def test_what_was_not_enough_a_moment_ago_is_not_looked_at_again():
    first = samples.First([[1], [2], [3], [4]], [700, 1_050, 1_575, 2_362])
    assert first.ahead(18, 21) == samples.First([[3], [4]], [1_575, 2_362])
    for number, wanted in ((30, 21), (700, 501), (0, 21), (1, 501)):  # enough, or hopeless: then from the beginning
        assert first.ahead(number, wanted) == first


def test_how_many_of_the_first_fit_says_where_to_begin_the_next_time(market, monkeypatch):
    monkeypatch.setattr(statement, "MOST", 2)
    monkeypatch.setattr(front, "FEW", 2)
    monkeypatch.setattr(front, "STEPS", 3)
    filters, asked = parse(QueryDict("where=remote")), {"at": NOW, "sort": "newest", "size": 2}
    search_open(filters, at=NOW)  # notes the first of the order
    front.counted.clear()
    counting, find, began = search_open(filters, **asked), statement.find, []
    (kept,) = front.counted.values()
    first = front.kept["opened_at"].value
    assert kept.value.few == find(filters, at=NOW, sort="newest", size=2, first=first).few > 0
    monkeypatch.setattr(
        statement, "find", lambda filters, **asked: began.append(asked["first"]) or find(filters, **asked)
    )
    assert search_open(filters, **asked).rows == counting.rows
    assert began == [first.ahead(kept.value.few, 3)]


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
    monkeypatch.setattr(front, "FEW", 0)
    monkeypatch.setattr(statement, "MOST", 3)
    search_open(parse(QueryDict("where=remote")), at=NOW)
    assert all(front.kept["opened_at"].value.steps)
    assert list(front.kept) == ["opened_at"]


def test_the_first_of_an_order_are_looked_up_again_whatever_is_asked_for(remote, monkeypatch):
    """While facets of the front page are remembered, and in a process that is asked for rare things only."""
    made = []
    monkeypatch.setattr(front, "first_of", lambda column, at: made.append(at))
    page(NOW)
    assert made == [NOW]
    later = NOW + timedelta(seconds=30)
    page(later, "q=survey")
    page(NOW + timedelta(seconds=70), "q=survey")  # counted half a minute ago
    page(NOW + timedelta(seconds=140), "q=nothing")
    assert made == [NOW + timedelta(seconds=seconds) for seconds in (0, 70, 140)]
