"""Saved searches: what opens is told once, at once or in the next round, and to nobody who does not want it."""

import random
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.urls import reverse

from marketplace.accounts.actions import block, suspend_user
from marketplace.errors import LimitReached
from marketplace.notifications.models import Notification
from marketplace.notifications.preferences import choose
from projects import actions, matching, tasks
from projects.actions import searching
from projects.models import Project, SavedSearch
from projects.search.filters import PAYS, SKILL, Filters, token
from projects.search.results import search_open
from projects.search.saved import canonical, filters_of, name_of
from tests import factories
from tests.factories import NOW
from tests.projects.factories import quick_student

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
SEARCHES = reverse("projects:searches")


def save(student, query, pace="instant", at=NOW):
    factories.make_skill("SQL"), factories.make_skill("Figma")
    kept = canonical(QueryDict(query))
    filters = filters_of(kept)
    return actions.save_search(
        student=student, filters=filters, query=kept, name=name_of(filters), pace=pace, at=at
    )  # fmt: skip


def open_project(organization, title="Survey of docks", at=LATER, **fields):
    return factories.make_project(organization=organization, title=title, opened_at=at, searched_at=None, **fields)


def told(kind="search.found"):
    rows = Notification.objects.filter(kind=kind).order_by("pk")
    return [(row.recipient.student, row.title, row.reason) for row in rows]


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("q=sql&q=b&utm=x&sort=pay&after=abc", "q=b"),
        ("where=remote&skill=sql&q=++two++words", "q=two+words&skill=sql&where=remote"),
        ("skill=nothing-like-it&pay=301&level=9", ""),
        ("within=3&q=a", "q=a"),
    ],
)  # fmt: skip
def test_the_same_search_is_kept_in_the_same_words(asked, kept):
    factories.make_skill("SQL")
    assert canonical(QueryDict(asked)) == kept
    assert canonical(QueryDict(kept)) == kept


def test_what_opens_is_told_once_to_whoever_searched_for_it(student, other_student, organization, owner):
    save(student.student, "q=docks")
    save(student.student, "skill=sql&q=survey")
    save(other_student.student, "q=museum")
    project = open_project(organization)
    assert [actions.tell_searches(project, LATER) for _twice in range(2)] == [1, 0]
    assert told() == [
        (student.student, "New: $480 for “Survey of docks”", "Your saved search “docks” found it."),
    ]  # fmt: skip
    assert ["Organization", "Acme Analytics"] in Notification.objects.get(kind="search.found").facts


def test_a_lost_nudge_is_found_by_the_sweep(student, organization, owner, time_machine):
    time_machine.move_to(LATER, tick=False)
    save(student.student, "q=docks")
    project = open_project(organization, matched_at=None)
    tasks.sweep_searches()
    assert told() == []  # matching goes first
    matching.match_project(project, LATER)
    for _twice in range(2):
        tasks.sweep_searches()
    assert (len(told()), Project.objects.filter(searched_at=None).count()) == (1, 0)


def test_telling_and_the_mark_are_one(student, organization, owner, monkeypatch):
    save(student.student, "q=docks")
    project = open_project(organization)
    monkeypatch.setattr(searching.notices, "search_found", lambda *arguments, **fields: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        actions.tell_searches(project, LATER)
    project.refresh_from_db()
    assert (project.searched_at, told()) == (None, [])


def test_who_is_not_told(student, organization, owner):
    """Not of what was open before the search; not when it is off, hidden, blocked; and nobody who is suspended."""
    person = student.student
    old = open_project(organization, title="Old docks", at=NOW)
    hidden, off = open_project(organization, title="Hidden docks"), quick_student()
    save(person, "q=docks"), save(off, "q=docks", pace="off")
    actions.hide(project=hidden, student=person, at=LATER)
    suspended = quick_student()
    save(suspended, "q=docks")
    suspend_user(user=suspended.user, reason="x", by=owner, at=NOW)
    for project in (old, hidden):
        assert actions.tell_searches(project, LATER) == 0
    assert actions.tell_searches(open_project(organization, title="Docks"), LATER) == 1
    assert [row[0] for row in told()] == [person]


@pytest.mark.parametrize(("pace", "number"), [("instant", 0), ("daily", 1), ("off", 1)])
def test_who_gets_an_email_because_it_fits_gets_no_second_one(student, organization, owner, pace, number):
    choose(student, at=NOW, paces={"match": pace})
    for name in ("SQL", "Data cleaning"):
        factories.make_student_skill(student.student, name)
    save(student.student, "q=docks")
    project = open_project(organization, skills=["SQL", "Data cleaning"], matched_at=None)
    assert len(matching.match_project(project, LATER)) == 1
    assert actions.tell_searches(project, LATER) == number
    assert Notification.objects.filter(kind="match.found").count() == 1


def test_the_inverted_search_finds_what_the_page_finds(organization, owner):
    chance = random.Random(3)
    for name in ("SQL", "Figma", "Python"):
        factories.make_skill(name)
    queries = [
        "q=docks", "q=docks+-survey", "q=%22survey+of%22", "skill=sql&skill=figma", "skill=python&where=onsite",
        "pay=800&hours=16-24", "level=2&q=docks", "pay=1200", "hours=10-15&hours=25-40&where=remote",
        "q=docks+OR+museum", "q=-docks", "q=museum+OR+-docks", "q=%22survey+of+docks%22", "q=the+of", "q=o%27docks",
        "q=back%5Cslash", "q=museum+docks", "q=docks&where=remote&pay=500", "q=museums&field=data-analytics",
    ]  # fmt: skip
    searches = {query: save(quick_student(), query) for query in queries}
    for number in range(12):
        fields = {
            "skills": chance.sample(["SQL", "Figma", "Python"], 2), "hours": chance.choice([12, 16, 30]),
            "fee_amount": chance.choice([64_000, 80_000, 150_000]),
            "is_remote": chance.random() < 0.5, "place": "Ghent",
        }  # fmt: skip
        project = open_project(organization, title=chance.choice(["Survey of docks", "Docks", "Museum"]), **fields)
        actions.tell_searches(project, LATER)
        told_of = set(
            Notification.objects.filter(key=f"search:{project.code}").values_list("recipient__student", flat=True)
        )
        found = {
            search.student_id for query, search in searches.items()
            if project.pk in search_open(filters_of(query), at=LATER, size=100).ids
        }  # fmt: skip
        assert told_of == found, number


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("q=docks+surveys", ["wsurvey"]),  # one of the words that must be there
        ("q=docks+OR+surveys", ["wdock", "wsurvey"]),  # either will do
        ("q=%22survey+of+docks%22+-museum", ["wsurvey"]),
        ("q=-museum", ["*"]),
        ("q=docks+OR+-museum", ["*"]),
        ("q=the", ["*"]),
        ("q=docks&where=remote&pay=500", ["wdock"]),
        ("where=remote&pay=500", ["t{PAYS2}"]),
        ("q=docks&skill=sql&skill=figma", ["t{figma}", "t{sql}"]),
    ],
)
def test_a_search_is_found_by_what_few_projects_have(student, query, keys):
    ids = {skill.slug: token(SKILL, skill.pk) for skill in (factories.make_skill("SQL"), factories.make_skill("Figma"))}
    ids["PAYS2"] = token(PAYS, 2)
    search = save(student.student, query)
    search.refresh_from_db()
    assert sorted(search.keys) == sorted(key.format(**ids) for key in keys)


@pytest.mark.parametrize(("pace", "days"), [("daily", 1), ("weekly", 7)])
def test_a_regular_search_tells_what_is_new_since_the_last_look(student, organization, owner, pace, days):
    search = save(student.student, "q=docks", pace=pace)
    dates = {"applications_close_at": NOW + timedelta(days=40), "decisions_due_at": NOW + timedelta(days=45),
             "work_due_on": (NOW + timedelta(days=70)).date()}  # fmt: skip
    open_project(organization, title="Old docks", at=NOW - timedelta(days=1), **dates)
    for number in range(2):
        open_project(organization, title=f"Docks {number}", **dates)
    due = NOW + timedelta(days=days)
    assert actions.run_due_searches(at=due - timedelta(seconds=1)) == 0
    assert [actions.run_due_searches(at=due) for _twice in range(2)] == [1, 0]
    assert [row[1] for row in told()] == ["2 new projects for “docks”"]
    assert actions.run_due_searches(at=due + timedelta(days=days)) == 1
    assert len(told()) == 1  # nothing new, nothing said
    search.refresh_from_db()
    assert search.due_at == due + 2 * timedelta(days=days)


def test_a_search_that_was_off_does_not_catch_up(student, organization, owner):
    search = save(student.student, "q=docks", pace="off")
    project = open_project(organization)
    actions.change_search(search=search, name="Docks", pace="instant", at=LATER + timedelta(hours=1))
    assert actions.tell_searches(project, LATER + timedelta(hours=2)) == 0


def test_what_was_told_at_once_is_in_no_later_email(student, organization, owner):
    search = save(student.student, "q=docks")
    actions.tell_searches(open_project(organization, title="Told docks"), LATER)
    waiting = open_project(organization, title="Waiting docks", at=LATER + timedelta(minutes=20))
    changed = LATER + timedelta(minutes=30)
    actions.change_search(search=search, name="Docks", pace="daily", at=changed)
    assert actions.tell_searches(waiting, changed) == 0  # it comes with the first daily e-mail
    actions.run_due_searches(at=changed + timedelta(days=1))
    bodies = list(Notification.objects.filter(title__startswith="1 new").values_list("body", flat=True))
    assert [body.partition(",")[0] for body in bodies] == ["Waiting docks"]


def test_what_opened_since_the_last_look_is_told_before_a_search_tells_at_once(student, organization, owner):
    search = save(student.student, "q=docks", pace="daily")
    first = open_project(organization, title="First docks")
    assert actions.tell_searches(first, LATER) == 0
    changed = LATER + timedelta(hours=1)
    actions.change_search(search=search, name="Docks", pace="instant", at=changed)
    second = open_project(organization, title="Second docks", at=changed + timedelta(minutes=1))
    assert actions.tell_searches(second, changed + timedelta(minutes=1)) == 1
    assert [row[1] for row in told()] == ["1 new project for “Docks”", "New: $480 for “Second docks”"]


def test_a_look_leaves_out_what_may_not_be_committed_yet(student, organization, owner):
    """A project has its hour of opening some moments before others see it: it is told once, in the next round."""
    save(student.student, "q=docks", pace="daily")
    due = NOW + timedelta(days=1)
    dates = {"applications_close_at": NOW + timedelta(days=4)}
    for seconds in (-200, -30, 3):
        open_project(organization, title=f"Docks {seconds}", at=due + timedelta(seconds=seconds), **dates)
    for number in range(3):
        actions.run_due_searches(at=due + number * timedelta(days=1))
    assert [row[1] for row in told()] == ["1 new project for “docks”", "2 new projects for “docks”"]


def test_a_round_tells_of_nothing_that_the_student_does_not_want(student, organization, owner, other_owner):
    person, other = student.student, factories.make_organization("Other", owner=other_owner)
    save(person, "q=docks", pace="daily")
    hidden, blocked = open_project(organization), open_project(other)
    actions.hide(project=hidden, student=person, at=LATER)
    block(student=person, organization=blocked.organization, side="student", by=student, at=LATER)
    actions.run_due_searches(at=NOW + timedelta(days=1))
    assert told() == []
    later = NOW + timedelta(days=1, hours=1)
    open_project(organization, title="Docks", at=later, applications_close_at=NOW + timedelta(days=4))
    actions.run_due_searches(at=NOW + timedelta(days=2))
    assert [row[1] for row in told()] == ["1 new project for “docks”"]


def test_a_round_tells_of_what_was_searched_not_of_what_is_spelled_alike(student, organization, owner):
    save(student.student, "q=ducks", pace="daily")
    open_project(organization, title="Docks")
    assert search_open(filters_of("q=ducks"), at=LATER).corrected == "docks"
    actions.run_due_searches(at=NOW + timedelta(days=1))
    assert told() == []


def test_a_search_that_fails_keeps_no_other_from_its_turn(student, other_student, organization, owner, monkeypatch):
    bad, good = save(student.student, "q=docks", pace="daily"), save(other_student.student, "q=docks", pace="daily")
    open_project(organization)
    plain = searching.new_in

    def fails(search, **asked):
        if search.pk == bad.pk and is_away:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return plain(search, **asked)

    monkeypatch.setattr(searching, "new_in", fails)
    is_away, due = True, NOW + timedelta(days=1)
    assert [actions.run_due_searches(at=due) for _twice in range(2)] == [1, 0]
    assert [row[0] for row in told()] == [good.student]
    is_away = False
    assert actions.run_due_searches(at=due + searching.LATER) == 1
    assert [row[0] for row in told()] == [good.student, bad.student]


def test_a_long_search_is_saved_and_one_that_is_too_long_says_so(student, client_of):
    client, new = client_of(student), reverse("projects:search_new")
    for text in ("\u8a9e" * 200, "-" * 40):
        answer = client.post(f"{new}?{urlencode({'q': text})}", {"name": "Words", "pace": "daily"})
        assert answer.status_code == 302, text
    answer = client.post(f"{new}?{urlencode({'q': chr(0x1F600) * 200})}", {"name": "Faces", "pace": "daily"})
    assert answer.status_code == 422
    assert "too long to be saved" in answer.content.decode()
    assert SavedSearch.objects.count() == 2


def test_there_is_a_limit(student, monkeypatch):
    monkeypatch.setattr(searching, "AT_MOST", 1)
    save(student.student, "q=docks")
    save(student.student, "q=docks", pace="weekly")
    with pytest.raises(LimitReached, match="Delete one"):
        save(student.student, "q=museum")
    assert SavedSearch.objects.get().pace == "weekly"


def test_a_search_is_saved_changed_and_deleted_in_the_browser(student, project, client_of, time_machine):
    time_machine.move_to(NOW, tick=False)
    client = client_of(student)
    page = client.get("/projects/?q=survey&where=remote").content.decode()
    path = "/projects/searches/new/?q=survey&amp;where=remote"
    assert f'href="{path}">E-mail me new ones' in page
    form = client.get(path.replace("&amp;", "&")).content.decode()
    assert 'value="survey, Remote"' in form
    assert client.post(path.replace("&amp;", "&"), {"name": "", "pace": "daily"}).status_code == 422
    assert client.post(path.replace("&amp;", "&"), {"name": "Mine", "pace": "daily"}).url == SEARCHES
    search = SavedSearch.objects.get()
    assert (search.query, search.pace, search.due_at) == ("q=survey&where=remote", "daily", NOW + timedelta(days=1))
    again = client.get(path.replace("&amp;", "&"))
    assert again.url == reverse("projects:search", args=[search.code])
    assert client.post(again.url, {"name": "Other", "pace": "off"}).url == SEARCHES
    search.refresh_from_db()
    assert (search.name, search.pace, search.due_at) == ("Other", "off", None)
    assert "Other" in client.get(SEARCHES).content.decode()
    assert client.post(reverse("projects:search_delete", args=[search.code])).url == SEARCHES
    assert SavedSearch.objects.count() == 0


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_takes_as_many_queries_for_many(student, client_of, query_count, many):
    for number in range(many):
        save(student.student, f"q=word{number}")
    assert query_count(client_of(student), SEARCHES) == 4


def test_nothing_to_save_is_no_search(student, client_of):
    assert client_of(student).get("/projects/searches/new/?sort=pay").url == "/projects/"
    assert filters_of("") == Filters()
