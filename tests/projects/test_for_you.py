"""For you: what fits a student and why, what they do not want to see, a pause of the notices."""

import random
from datetime import timedelta
from math import log

import pytest
from django.conf import settings
from django.urls import reverse

from marketplace.accounts.actions import pause_match_notices, resume_due, resume_match_notices, update_student
from marketplace.skills.models import StudentSkill
from projects import actions, for_you
from projects.matching import match_project
from projects.matching.pool import COUNTED, GATE
from projects.matching.scoring import BELOW, STRENGTH
from projects.models import ASKED_PLACES, Candidate, HiddenProject, Project, SavedProject
from tests import factories
from tests.factories import NOW
from tests.projects.factories import quick_student
from tests.rounds import rounds

pytestmark = pytest.mark.django_db
PAGE = reverse("projects:for_you")
SKILLS = [f"Skill {number}" for number in range(9)]


@pytest.fixture
def able(student):
    """Has shown SQL and data cleaning, both at the working level."""
    for name in ("SQL", "Data cleaning"):
        factories.make_student_skill(student.student, name)
    return student.student


def titles(student, **values):
    return [row.card["title"] for row in for_you.fitting(student, at=NOW, **values).rows]


def test_every_place_of_a_list_has_an_index():
    assert len(ASKED_PLACES) == settings.PROJECT_COMPETENCIES[1]


def test_what_fits_comes_first_and_why_is_told(able, organization):
    factories.make_project(organization=organization, title="One of three", skills=["SQL", "Figma", "SEO"])
    factories.make_project(organization=organization, title="One missing", skills=["Figma", "SQL"])
    factories.make_project(organization=organization, title="All", opened_at=NOW - timedelta(days=3))
    factories.make_project(organization=organization, title="None", skills=["Figma", "SEO"])
    factories.make_project(organization=organization, title="Closed", status="closed")
    found = for_you.fitting(able, at=NOW)
    assert [row.card["title"] for row in found.rows] == ["All", "One missing", "One of three"]
    assert (found.total, found.next) == (3, None)
    assert [for_you.why(row, found) for row in found.rows] == [
        (["SQL (Working, Churn dashboard)", "Data cleaning (Working, Churn dashboard)"], []),
        (["SQL (Working, Churn dashboard)"], ["Figma"]),
        (["SQL (Working, Churn dashboard)"], ["Figma", "SEO"]),
    ]


def test_own_projects_blocks_and_what_was_applied_to_are_left_out(able, organization, owner):
    fit = factories.make_project(organization=organization, title="Fit")
    drafted = factories.make_project(organization=organization, title="Drafted")
    applied = factories.make_project(organization=organization, title="Applied")
    factories.make_application(project=drafted, student=able, status="draft", answers=False)
    factories.make_application(project=applied, student=able)
    factories.make_project(organization=factories.make_organization("Mine", owner=able.user), title="Own")
    factories.make_project(organization=organization, title="Over", applications_close_at=NOW)
    assert sorted(titles(able)) == ["Drafted", "Fit"]
    actions.hide(project=fit, student=able, at=NOW)
    assert titles(able) == ["Drafted"]


def expected(student, projects):
    """The same by the rule written out, one project after the other."""
    mine = {row.skill_id: row for row in StudentSkill.objects.filter(student=student)}
    weight = log(1 + COUNTED / (1 + COUNTED / 2))
    found = []
    for project in projects:
        asked = list(project.competencies.all())
        shown = [row for row in asked if row.skill_id in mine and mine[row.skill_id].level >= row.level]
        points = 0
        for row in asked:
            held = mine.get(row.skill_id)
            if held and held.level >= row.level - 1:
                points += weight * STRENGTH[held.strength] * (1 if held.level >= row.level else BELOW)
        near_enough = len(shown) * weight >= GATE * len(asked) * weight - 1e-9 or len(shown) == len(asked) - 1
        if shown:
            score = round(points / (weight * len(asked)) * for_you.SCALE) + near_enough * for_you.SCALE
            found.append((score, project.opened_at, project.pk))
    return [pk for _score, _at, pk in sorted(found, reverse=True)]


def test_it_finds_and_orders_what_the_rule_says(organization):
    for seed in range(rounds(4, 60)):
        chance = random.Random(seed)
        student = quick_student()
        for name in chance.sample(SKILLS, 4):
            skill = factories.make_skill(name)
            StudentSkill.objects.create(
                student=student, skill=skill, level=chance.randint(1, 3), strength=chance.randint(1, 3), updated_at=NOW
            )
        projects = []
        for number in range(12):
            project = factories.make_project(
                organization=organization, title=f"{seed} {number}", status="draft",
                skills=chance.sample(SKILLS, chance.randint(2, 5)),
            )  # fmt: skip
            for row in project.competencies.all():
                row.level = chance.randint(1, 3)
                row.save(update_fields=["level"])
            opened = {"status": "open", "submitted_at": NOW, "opened_at": NOW - timedelta(hours=number)}
            Project.objects.filter(pk=project.pk).update(**opened)
            project.refresh_from_db()
            projects.append(project)
        found = [row.pk for row in for_you.fitting(student, at=NOW, size=1_000).rows]
        assert found == expected(student, projects), seed
        Project.objects.update(status="closed", closed_at=NOW, close_reason="employer")


def test_pages_neither_repeat_nor_skip(able, organization):
    for number in range(5):
        factories.make_project(organization=organization, title=f"Fit {number}")
    first = for_you.fitting(able, at=NOW, size=2)
    second = for_you.fitting(able, at=NOW, size=2, skip=first.next)
    third = for_you.fitting(able, at=NOW, size=2, skip=second.next)
    assert (first.next, second.next, third.next, third.total) == (2, 4, None, 5)
    assert len({row.pk for found in (first, second, third) for row in found.rows}) == 5


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_says_why_and_what_is_missing(able, organization, client_of, time_machine, query_count, many):
    time_machine.move_to(NOW, tick=False)
    for number in range(many):
        factories.make_project(organization=organization, title=f"Dashboard {number}", skills=["SQL", "Tableau"])
    client = client_of(able.user)
    page = client.get(PAGE).content.decode()
    assert page.count("Missing one: Tableau") == many
    assert page.count("1 of 2: SQL (Working, Churn dashboard).") == many
    assert page.count('#judged">See what evidence counts') == many
    assert query_count(client, PAGE) <= 6
    assert client.get(f"{PAGE}?page=999").status_code == client.get(f"{PAGE}?page=-1").status_code == 200


def test_what_was_shown_at_a_lower_level_is_said(able, organization, client_of, time_machine):
    time_machine.move_to(NOW, tick=False)
    project = factories.make_project(organization=organization, skills=["SQL", "Data cleaning"])
    StudentSkill.objects.filter(student=able, skill__name="SQL").update(level=1)
    client = client_of(able.user)
    assert "Missing one: SQL at Working level (you have shown Foundational)." in client.get(PAGE).content.decode()
    page = client.get(project.get_absolute_url()).content.decode()
    assert page.count("You have shown Foundational, this asks Working.") == 1
    assert page.count("You have shown this") == 1


def test_an_empty_page_says_what_to_do(student, able, organization, client_of, other_student):
    assert "Nothing open fits yet" in client_of(student).get(PAGE).content.decode()
    assert "Show what you can do" in client_of(other_student).get(PAGE).content.decode()


def test_who_has_shown_nothing_is_asked_for_evidence_not_for_a_pause(able, client_of, other_student):
    assert ("Pause for:" in client_of(able.user).get(PAGE).content.decode()) is True
    assert ("Pause for:" in client_of(other_student).get(PAGE).content.decode()) is False


def test_not_interested_has_an_undo(able, organization, client_of, time_machine):
    time_machine.move_to(NOW, tick=False)
    project = factories.make_project(organization=organization, title="Dash <board>")
    client = client_of(able.user)
    page = client.post(reverse("projects:hide"), {"hide": project.code}, follow=True).content.decode()
    assert "“Dash &lt;board&gt;” is hidden." in page
    assert f"<button class=link-button form=hide name=show value={project.code}>Undo</button>" in page
    assert 'id="hide"' in page, "also where nothing is left"
    undone = client.post(
        reverse("projects:hide"), {"show": project.code}, headers={"referer": f"http://testserver{PAGE}"}
    )  # fmt: skip
    assert (undone.url, HiddenProject.objects.count()) == (PAGE, 0)


def test_not_interested_can_be_taken_back(able, organization, client_of, time_machine):
    time_machine.move_to(NOW, tick=False)
    project = factories.make_project(organization=organization, title="Dashboard")
    actions.save_for_later(project=project, student=able, at=NOW)
    client = client_of(able.user)
    for _twice in range(2):
        assert client.post(reverse("projects:hide"), {"hide": project.code}).url == PAGE
    assert (HiddenProject.objects.count(), SavedProject.objects.count(), titles(able)) == (1, 0, [])
    listed = client.get(reverse("projects:hidden")).content.decode()
    assert "Show again" in listed
    assert project.title in listed
    assert client.post(reverse("projects:hide"), {"show": project.code}).url == reverse("projects:hidden")
    assert (HiddenProject.objects.count(), titles(able)) == (0, ["Dashboard"])


def test_who_is_not_interested_is_not_told(able, organization):
    project = factories.make_project(organization=organization, matched_at=None)
    actions.hide(project=project, student=able, at=NOW)
    assert match_project(project, NOW) == []


def may_be_told(student):
    return Candidate.objects.get(student=student).may_be_told


def test_a_pause_ends_by_itself_or_by_hand(able):
    pause_match_notices(student=able, days=14, at=NOW)
    assert may_be_told(able) is False
    assert (resume_due(at=NOW + timedelta(days=14, seconds=-1)), may_be_told(able)) == (0, False)
    assert (resume_due(at=NOW + timedelta(days=14)), may_be_told(able)) == (1, True)
    pause_match_notices(student=able, days=14, at=NOW)
    resume_match_notices(student=able)
    assert (resume_due(at=NOW + timedelta(days=90)), may_be_told(able)) == (0, True)


@pytest.mark.parametrize(("wanted", "until"), [(False, NOW + timedelta(days=14)), (True, None)])
def test_the_profile_ends_a_pause_only_when_it_asks_for_notices(able, wanted, until):
    pause_match_notices(student=able, days=14, at=NOW)
    saved = update_student(student=able, by=able.user, at=NOW, wants_match_notices=wanted)
    assert (saved.wants_match_notices, saved.match_notices_from) == (wanted, until)


def test_the_pause_is_on_the_page(able, client_of, time_machine):
    time_machine.move_to(NOW, tick=False)
    client, path = client_of(able.user), reverse("projects:pause")
    assert client.post(path, {"days": "30"}).url == PAGE
    assert "Notices of new projects are paused until" in client.get(PAGE).content.decode()
    client.post(path, {"days": "7"})  # no choice of ours: as without
    assert "We tell you when a new project fits." in client.get(PAGE).content.decode()
