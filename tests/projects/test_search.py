"""Search, filters, facets, order and pages, each against a plain Python answer."""

import itertools
import re
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse

from marketplace.skills.models import Skill, SkillAlias, StudentSkill
from projects import around
from projects.models import Project
from projects.search import order
from projects.search.facets import GROUPS
from projects.search.filters import HOURS, MAX_QUERY, parse
from projects.search.results import search_open
from tests import factories
from tests.factories import NOW
from tests.projects.factories import quick_student

pytestmark = pytest.mark.django_db


def search(query="", **options):
    return search_open(parse(QueryDict(query)), at=NOW, **options)


def titles(results):
    names = dict(Project.objects.values_list("pk", "title"))
    return [names[pk] for pk in results.ids]


def fits(project, wanted):
    """The filters once more, in plain Python."""
    names = {row.skill.slug for row in project.competencies.all()}
    lasts = project.applications_close_at - NOW
    return all(
        [
            not wanted.get("skill") or names & set(wanted["skill"]),
            not wanted.get("field") or project.field.slug in wanted["field"],
            not wanted.get("pay") or project.fee_amount >= int(wanted["pay"][0]) * 100,
            not wanted.get("hours") or any(HOURS[v][0] <= project.hours <= HOURS[v][1] for v in wanted["hours"]),
            not wanted.get("within") or lasts <= timedelta(days=int(wanted["within"][0])),
            not wanted.get("where") or ("remote" if project.is_remote else "onsite") in wanted["where"],
        ]
    )


QUERIES = [
    {},
    {"skill": ["sql"]},
    {"skill": ["sql", "figma"]},
    {"field": ["design"]},
    {"field": ["design", "writing"], "skill": ["python"]},
    {"pay": ["500"]},
    {"hours": ["10-15"]},
    {"hours": ["10-15", "25-40"], "where": ["remote"]},
    {"within": ["3"]},
    {"where": ["onsite"]},
    {"skill": ["tableau"], "pay": ["300"], "hours": ["16-24", "25-40"], "within": ["7"], "where": ["remote"]},
]


def encoded(wanted):
    query = QueryDict(mutable=True)
    for name, values in wanted.items():
        query.setlist(name, values)
    return query.urlencode()


@pytest.mark.parametrize("wanted", QUERIES, ids=encoded)
def test_filters_totals_and_facets_are_exact(market, wanted):
    results = search(encoded(wanted), size=100, alternatives=GROUPS)
    assert set(results.ids) == {project.pk for project in market if fits(project, wanted)}
    assert results.total == len(results.ids)
    for facet in results.facets:
        if facet.name == "level":
            continue
        for option in facet.options:
            alone = {**{k: v for k, v in wanted.items() if k != facet.name}, facet.name: [option.value]}
            expected = sum(fits(project, alone) for project in market)
            assert (facet.name, option.value, option.count) == (facet.name, option.value, expected)
            assert option.checked == (option.value in wanted.get(facet.name, []))


@pytest.mark.parametrize("wanted", QUERIES, ids=encoded)
def test_a_list_says_of_a_filter_that_is_set_only_what_is_chosen(market, wanted):
    every = {facet.name: facet for facet in search(encoded(wanted), alternatives=GROUPS).facets}
    for facet in search(encoded(wanted)).facets:
        assert facet.is_counted == (facet.name not in wanted)
        options, known = facet.options, {option.value: option for option in every[facet.name].options}
        if facet.is_counted:
            assert options == every[facet.name].options
        elif facet.name in ("skill", "field"):
            assert facet.is_partial
            assert {option.value for option in options} == set(wanted[facet.name])
            assert options == [known[option.value] for option in options]
        else:
            assert not facet.is_partial
            assert [option.label for option in options] == [option.label for option in known.values()]
            numbers = [known[option.value].count if option.checked else None for option in options]
            assert [option.count for option in options] == numbers


def test_other_options_of_a_filter_that_is_set_are_counted_for_who_reaches_for_them(client, market, time_machine):
    time_machine.move_to(NOW, tick=False)

    def numbers(html):
        return len(re.findall(r"<b>\d+</b>", html))

    query = "?hours=25-40&skill=figma"
    browse = client.get(reverse("projects:browse") + query).content.decode()
    hours, skills = (
        re.search(rf"<fieldset[^>]*><legend>{label}<.*?</fieldset>", browse, re.DOTALL)[0]
        for label in ("Hours", "Competencies")
    )
    assert "<fieldset class=facet data-uncounted>" in hours
    assert numbers(hours) == 1
    assert numbers(skills) == 1
    assert "Show others" in skills
    assert "<fieldset class=facet><legend>Pay<" in browse
    address = reverse("projects:filters") + query + "&all=hours"
    fetched = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert numbers(fetched) == len(HOURS)
    assert "data-uncounted" not in fetched
    page = client.get(reverse("projects:filters") + query).content.decode()
    labels = page.count("<label>") - 2  # "Any" of two
    assert numbers(page) == labels
    data = client.get(reverse("api:projects") + query).json()
    assert all(option["count"] is not None for facet in data["facets"] for option in facet["options"])
    assert len(next(facet for facet in data["facets"] if facet["name"] == "skill")["options"]) > 1


@pytest.fixture
def shelf(organization, owner):
    """One project each with "harbour" in its title, its competencies, their other names, its organization, its brief,
    and one without it; the newest last."""
    skill = factories.make_skill("Harbour logistics")
    SkillAlias.objects.create(skill=factories.make_skill("Quay planning"), name="Harbour works")
    port = factories.make_organization(name="Harbour Authority")
    return [
        factories.make_project(organization=org, title=title, skills=[*skills, "Typing"], brief=brief)
        for org, title, skills, brief in [
            (organization, "Survey of a harbour", ["SQL"], "Ask and count."),
            (organization, "Survey of a ferry", [skill.name], "Ask and count."),
            (organization, "Survey of a quay", ["Quay planning"], "Ask and count."),
            (port, "Survey of a bridge", ["SQL"], "Ask and count."),
            (organization, "Survey of a canal", ["SQL"], "Ask and count, in the harbour as well."),
            (organization, "Survey of a road", ["SQL"], "Ask and count."),
        ]
    ]


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("harbour", [0, 2, 1, 3, 4]),
        ("survey harbour", [0, 2, 1, 3, 4]),
        ('"survey of a" harbour -ferry', [0, 2, 3, 4]),
        ('"count in the harbour"', [4]),
        ("canal OR road", [5, 4]),
        ("the of", []),
    ],
)
def test_relevance_is_told_by_title_then_competencies_then_organization_then_the_rest(shelf, words, places):
    query = QueryDict(mutable=True)
    query["q"] = words
    found = search_open(parse(query), at=NOW)
    assert found.sort == "relevance"
    assert [[project.pk for project in shelf].index(pk) for pk in found.ids] == places


@pytest.mark.parametrize("sort", ["newest", "closing", "pay"])
@pytest.mark.parametrize("size", [1, 7, 30])
def test_pages_walk_forward_and_back_without_skipping_or_repeating(market, sort, size):
    key = {
        "newest": lambda p: (-p.opened_at.timestamp(), -p.pk),
        "closing": lambda p: (p.applications_close_at.timestamp(), p.pk),
        "pay": lambda p: (-p.fee_amount, -p.pk),
    }[sort]
    expected = [project.pk for project in sorted(market, key=key)]
    page, seen, pages = search(sort=sort, size=size), [], []
    while True:
        seen += page.ids
        pages.append(page)
        if not page.next:
            break
        page = search(sort=sort, size=size, after=page.next)
    assert seen == expected
    assert pages[0].previous == ""
    for earlier, later in itertools.pairwise(pages):
        back = search(sort=sort, size=size, before=later.previous)
        assert back.ids == earlier.ids
        assert bool(back.previous) == bool(earlier.previous)
        assert back.next


def test_best_fit_counts_what_the_student_has_shown(market):
    student = quick_student()
    factories.make_student_skill(student, "SQL", level=2)
    factories.make_student_skill(student, "Figma", level=1)  # below the level asked for
    results = search(sort="fit", student=student, size=100)

    def share(pk):
        project = next(project for project in market if project.pk == pk)
        rows = list(project.competencies.all())
        return 1000 * sum(row.skill.name == "SQL" for row in rows) // len(rows)

    shares = [share(pk) for pk in results.ids]
    assert shares == sorted(shares, reverse=True)
    assert len(results.ids) == 30
    assert search(sort="fit", size=5).sort == "newest", "best fit is for students only"


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("survey", ["Clean survey answers"]),
        ("surveys", ["Clean survey answers"]),
        ("cheeses", ["Write product pages"]),
        ("python", ["Clean survey answers"]),
        ("snakework", ["Clean survey answers"]),
        ("birch", ["Write product pages"]),
        ("spreadsheet", ["Write product pages"]),
        ('"product pages"', ["Write product pages"]),
        ("survey -python", []),
        ("clean-survey", ["Clean survey answers"]),
        ("survey-answers -snake-work", ["Clean survey answers"]),
        ('"product-pages"', ["Write product pages"]),
        ("forty-local", ["Write product pages"]),
        ("far-flung", ["Write product pages"]),
        ("far flung", ["Write product pages"]),
    ],
)
def test_text_search_reads_title_skills_aliases_organization_and_brief(q, found, owner):
    acme, birch = factories.make_organization("Acme"), factories.make_organization("Birch Books", owner=owner)
    SkillAlias.objects.create(skill=factories.make_skill("Python"), name="Snakework")
    factories.make_project(organization=acme, title="Clean survey answers", skills=["SQL", "Python"])
    factories.make_project(
        organization=birch, title="Write product pages", brief="Forty local cheeses, far-flung.",
        skills=["SEO", "Copywriting"], deliverable="One spreadsheet",
    )  # fmt: skip
    query = QueryDict(mutable=True)
    query["q"] = q
    results = search_open(parse(query), at=NOW)
    assert (titles(results), results.corrected) == (found, "")


@pytest.mark.parametrize(
    ("q", "found", "corrected"),
    [
        ("pyhton", ["Clean survey answers"], "python"),
        ("copywritng", ["Write pages"], "copywriting"),
        ("copywr", ["Write pages"], "copywriting"),
        ("clean srvey", ["Clean survey answers"], "clean survey"),
        ("qqqqqq", [], ""),
        ("python qqqqqq", [], ""),
        ("python figma", [], ""),
        ("survey -python", [], ""),
    ],
)
def test_a_spelling_mistake_finds_what_comes_close_and_says_so(q, found, corrected, organization, owner):
    factories.make_project(organization=organization, title="Clean survey answers", skills=["SQL", "Python"])
    factories.make_project(organization=organization, title="Write pages", skills=["SEO", "Copywriting"])
    query = QueryDict(mutable=True)
    query["q"] = q
    results = search_open(parse(query), at=NOW)
    assert (titles(results), results.corrected, results.sort) == (found, corrected, "relevance")


def test_an_empty_page_names_the_filters_at_fault(market):
    results = search("skill=figma&pay=1200&q=qqqqqqqq")
    rest = {"skill": ["figma"], "pay": ["1200"]}
    assert (results.total, results.ids) == (0, [])
    assert [(chip.group, number) for chip, number in results.ways_out] == [
        ("q", sum(fits(project, rest) for project in market))
    ]
    results = search("field=design&within=3&hours=10-15&pay=1200")
    assert results.total == 0
    for chip, number in results.ways_out:
        wanted = {"field": ["design"], "within": ["3"], "hours": ["10-15"], "pay": ["1200"]}
        del wanted[chip.group]
        assert number == sum(fits(project, wanted) for project in market)
    assert [number for _chip, number in results.ways_out] == sorted((n for _c, n in results.ways_out), reverse=True)


@pytest.mark.parametrize(
    "query",
    [
        "pay=abc&within=-3&hours=1-2&where=moon&level=9&sort=drop&field=%00&skill=%00",
        "q=%00%00&after=%00", "q=" + "x" * 5_000, "skill=" + "&skill=".join("x" * 10), "after=not-base64!&sort=pay",
        "q=%25%5F'%22%3B--&q=b", "q=%26+%7C+%21+%28", "level=1&level=2&level=3",
        "after=" + order.Cursor(2**70, 1).encode(), "after=1.2.3", "before=1.", "before=-1.5",
    ],
)  # fmt: skip
def test_a_hostile_query_string_breaks_nothing(query, market):
    values = QueryDict(query)
    for sort in ("", "newest", "pay", "closing"):
        results = search_open(
            parse(values), at=NOW, sort=sort, after=values.get("after", ""), before=values.get("before", "")
        )
        assert len(results.filters.q) <= MAX_QUERY


@pytest.mark.parametrize("sort", order.COLUMNS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        ".",
        "1.",
        ".1",
        "-1.1",
        "1.-1",
        "1.0",
        "1.1.1",
        "1.1\n",
        " 1.1",
        "1e3.1",
        "٣.٤",
        "🙂",
        "9" * 9_999,
        f"1.{2**63}",
    ],
)
def test_what_is_no_cursor_is_no_cursor(sort, text):
    assert order.decode(text, sort) is None


def test_a_cursor_is_read_as_it_was_written():
    for sort, value in {"newest": NOW, "closing": NOW + timedelta(microseconds=1), "pay": 480, "fit": 0}.items():
        written = order.Cursor(value, 7).encode()
        assert re.fullmatch(r"\d+\.7", written)
        assert order.decode(written, sort) == order.Cursor(value, 7)
    assert order.decode(f"{2**63 - 1}.1", "newest") is None


@pytest.mark.parametrize(("value", "other"), [(480, "newest"), (667, "closing"), (NOW, "pay")])
def test_a_cursor_of_another_kind_of_order_is_none(value, other, market, client):
    written = order.Cursor(value, 13).encode()
    assert order.decode(written, other) is None
    assert search(sort=other, after=written).ids == search(sort=other).ids
    answer = client.get("/api/projects/", {"sort": other, "after": written})
    assert answer.status_code == 400
    assert "Not a cursor of this order" in str(answer.json())


def test_similar_projects_share_a_competency_or_the_field(organization, owner):
    project = factories.make_project(organization=organization, skills=["SQL", "Python"], title="This")
    both = factories.make_project(organization=organization, skills=["Python", "SQL"], title="Both")
    one = factories.make_project(organization=organization, skills=["SQL", "Figma"], title="One")
    field = factories.make_project(organization=organization, skills=["Excel", "R"], title="Field")
    factories.make_project(
        organization=organization, skills=["Excel", "R"], field=factories.make_family("Design"), title="Neither"
    )
    factories.make_project(organization=organization, skills=["SQL", "Python"], status="closed")
    found, beside = around.read(owner, project.code)
    assert found == project
    assert [row.pk for row in around.similar(found, beside, at=NOW)] == [both.pk, one.pk, field.pk]


def test_a_student_may_ask_for_what_they_have_shown_all_of(client, market):
    student = factories.make_student()
    mine = {"SQL": 3, "Python": 2, "Figma": 1}
    for name, level in mine.items():
        skill = Skill.objects.get(name=name)
        StudentSkill.objects.create(student=student, skill=skill, level=level, updated_at=NOW)
    fitting = {
        project.pk for project in market
        if all(mine.get(row.skill.name, 0) >= row.level for row in project.competencies.all())
    }  # fmt: skip
    assert 0 < len(fitting) < len(market)
    found = search_open(parse(QueryDict("fits=me"), student), at=NOW, student=student)
    assert set(found.ids) == fitting
    assert found.facets[0].options[0].checked
    every = search_open(parse(QueryDict(""), student), at=NOW, student=student)
    assert every.facets[0].options[0].count == len(fitting)
    assert search("fits=me").total == len(market)
    assert "fits" not in [facet.name for facet in search().facets]
    client.force_login(student.user)
    page = client.get(reverse("projects:browse") + "?fits=me").content.decode()
    assert "name=fits value=me checked" in page
    assert "<span class=visually-hidden>Remove </span>Fits me" in page


def test_nothing_fits_who_has_shown_nothing(market):
    student = factories.make_student()
    found = search_open(parse(QueryDict("fits=me&q=project"), student), at=NOW, student=student)
    assert (found.total, found.rows) == (0, [])
    assert [(chip.label, number) for chip, number in found.ways_out] == [("Fits me", len(market))]
