"""The texts of the demo keep the rules of the product before any of them reaches a database."""

import re
from collections import Counter
from urllib.parse import urlsplit

import pytest

from applications.models import Application
from engagements.models import Review
from marketplace.clock import zone_choices
from marketplace.local.demo import plan, seeding, texts
from marketplace.local.demo.people import PEOPLE
from marketplace.moderation.models import Report
from marketplace.skills.sources import starter_entries, starter_families
from projects.lint import lint_text
from projects.models import Project

ORGANIZATIONS, PROJECTS, STUDENTS = texts.organizations(), texts.projects(), texts.students()
STORIES, JUDGMENTS = texts.stories(), texts.judgments()
SKILLS = {entry.name for entry in starter_entries()}
FIELDS = {slug for slug, _, _ in starter_families()}
EVIDENCE = [item for student in STUDENTS for item in student["evidence"]]


def words(text):
    return len(text.split())


def strings(value):
    """Every text inside nested tables and lists."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = value.values()
    return [text for part in value for text in strings(part)] if not isinstance(value, int | bool) else []


def of_title(title):
    return next(project for project in PROJECTS if project["title"] == title)


def test_there_is_enough_of_everything():
    assert len(ORGANIZATIONS) >= 14
    assert len(PROJECTS) >= 66
    assert len({project["field"] for project in PROJECTS}) >= 12
    assert len(STUDENTS) >= 84
    assert len(STORIES) >= 25


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project["title"][:40])
def test_a_project_keeps_the_rules(project):
    assert project["organization"] in {row["slug"] for row in ORGANIZATIONS}
    assert project["field"] in FIELDS
    assert len(project["title"]) <= 100
    assert 80 <= words(project["brief"]) <= 150
    assert 3 <= len(project["criteria"]) <= 7
    assert 2 <= len(project["competencies"]) <= 5
    assert 10 <= project["hours"] <= 40
    assert project["fee"] >= 20 * project["hours"]
    assert project["permission"] in Project.PortfolioPermission.values
    assert {row["level"] for row in project["competencies"]} <= {1, 2, 3}
    asked = [row["evidence"] for row in project["competencies"]]
    assert max(map(len, [project["deliverable"], *project["criteria"], *asked])) <= 300
    assert [words(text) for text in project["approaches"] if words(text) > 150] == []
    assert project.get("flagged") or len(project["approaches"]) >= 2


def test_only_the_flagged_projects_are_flagged():
    flagged = []
    for project in PROJECTS:
        asked = [row["evidence"] for row in project["competencies"]]
        parts = [project["title"], project["brief"], project["deliverable"], *project["criteria"], *asked]
        if lint_text("\n".join([*parts, project.get("place", "")])):
            flagged.append(project["title"])
    assert flagged == [project["title"] for project in PROJECTS if project.get("flagged")]
    assert flagged


def test_every_skill_is_in_the_starter_taxonomy():
    asked = {row["skill"] for project in PROJECTS for row in project["competencies"]}
    shown = {name for item in EVIDENCE for name, _ in item["skills"]}
    assert sorted((asked | shown) - SKILLS) == []
    assert sorted(asked - shown) == []  # somebody can show each skill that is asked for


def test_students_show_what_they_did_and_not_who_they_are():
    zones = {value for value, _ in zone_choices()}
    for student in STUDENTS:
        assert 2 <= len(student["evidence"]) <= 5, student["name"]
        assert student["time_zone"] in zones
        assert len(student["headline"]) <= 120
        for item in student["evidence"]:
            text = " ".join(strings(item)).lower()
            assert [name for name in student["name"].lower().split() if len(name) > 4 and name in text] == []
            assert not re.search(r"university|\bgpa\b|r[eé]sum[eé]", text)
            assert words(item["statement"]) <= 150
            assert 0 < len(item["proves"]) <= 200
            assert len(item["title"]) <= 120
            assert {level for _, level in item["skills"]} <= {1, 2, 3}


def test_links_lead_nowhere_real_and_files_hold_text():
    for item in EVIDENCE:
        if item["kind"] == "link":
            assert urlsplit(item["url"]).hostname.endswith(".example")
        else:
            assert item["content"].strip()
            assert item["kind"] == "text" or item["filename"].rsplit(".", 1)[1] in ("md", "txt", "csv")
    assert all(urlsplit(row["website"]).hostname.endswith(".example") for row in ORGANIZATIONS)
    assert all(person.email.endswith(".example") for person in PEOPLE)


def test_names_and_texts_are_not_used_twice():
    for names in (
        [row["name"] for row in ORGANIZATIONS],
        [row["title"] for row in PROJECTS],
        [row["name"] for row in STUDENTS],
        [item["title"] for item in EVIDENCE],
        [item["statement"] for item in EVIDENCE],
        [text for project in PROJECTS for text in project["approaches"]],
        [criterion for project in PROJECTS for criterion in project["criteria"]],
    ):
        assert [name for name, times in Counter(names).items() if times > 1] == []


def test_a_story_fits_its_project():
    for title, story in STORIES.items():
        project = of_title(title)
        for item in story.get("changes", {}).get("items", []):
            assert 1 <= item["criterion"] <= len(project["criteria"])
            assert len(item["comment"]) <= 500
        more = story.get("change_order")
        assert more is None or more["fee"] >= 20 * more["hours"]
        assert ("changes" in story) == (len(story["deliveries"]) == 2), title
        assert {message["from"] for message in story["messages"]} <= {"organization", "student"}
        for side in ("by_organization", "by_student"):
            assert 1 <= story[side]["rating"] <= 5
            assert len(story[side]["text"]) <= Review._meta.get_field("text").max_length
        organization = next(row for row in ORGANIZATIONS if row["slug"] == project["organization"])
        case = story.get("case", {})
        assert not case or project["permission"] != "credential_only"
        assert project["permission"] != "anonymised" or organization["name"] not in " ".join(case.values())
        assert max([len(text) for text in case.values()], default=0) <= 600


def test_judgments_cover_every_level_and_reason():
    levels = {row["level"] for row in JUDGMENTS["shown"] if row["field"] == "any"}
    assert levels == {0, 1, 2, 3}
    assert {row["field"] for row in JUDGMENTS["shown"]} - FIELDS == {"any"}
    assert max(len(row["text"]) for row in JUDGMENTS["shown"]) <= 300
    assert set(JUDGMENTS["feedback"]) <= set(Application.Reason.values)
    assert {row["reason"] for row in JUDGMENTS["reports"]} <= set(Report.Reason.values)


def test_the_featured_people_are_in_the_texts():
    members = {(row["slug"], member["name"], member["role"]) for row in ORGANIZATIONS for member in row["members"]}
    students = {student["name"] for student in STUDENTS}
    assert len({person.email for person in PEOPLE}) == len(PEOPLE)
    for person in PEOPLE:
        if person.organization:
            assert (person.organization, person.name, person.role) in members
        if person.student:
            assert person.name in students


def test_every_phase_is_told_with_the_words_it_needs():
    told = [item for item in plan.plan(PROJECTS, STORIES, ORGANIZATIONS) if item.phase in seeding.AGE]
    assert {item.phase for item in told} == set(seeding.AGE)
    assert all({"by_organization", "by_student"} <= item.story.keys() for item in told if item.phase == "reviewed")


def test_reports_fit_any_project():
    """They are given to the newest open ones, whatever these are about."""
    for report in JUDGMENTS["reports"]:
        assert not re.search(r"\d|\b(\w+teen|twenty|thirty|forty|remote|shop|pages)\b", report["details"].lower())
