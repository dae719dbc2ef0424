"""The pages: what a person types is kept, errors name their field, lists cost a fixed number of queries."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from projects.models import Project, SavedProject
from tests import factories
from tests.factories import NOW
from tests.projects.factories import quick_student

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>\" onmouseover='x' {{ 7|add:7 }}"


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def draft(organization, owner):
    return factories.make_project(status="draft", organization=organization)


def section(project, name):
    return reverse("projects:edit_section", args=[project.code, name])


VALID = {
    "outcome": {"title": "New title", "brief": "New brief."},
    "deliverable": {
        "deliverable": "New thing", "criterion_1": "One holds", "criterion_2": "Two holds",
        "criterion_3": "Three holds",
    },
    "competencies": {
        "skill_1": "SQL", "level_1": "2", "evidence_1": "Show one.", "skill_2": "Data cleaning", "level_2": "3",
        "evidence_2": "Show two.",
    },
    "rubric": {},
    "pay": {
        "hours": "12", "fee": "$1,240.50", "places": "2", "where": "remote", "applications_close_on": "2026-03-12",
        "decisions_due_on": "2026-03-17", "work_due_on": "2026-04-07",
    },
    "portfolio": {"portfolio_permission": "after_date", "portfolio_from": "2026-06-01"},
}  # fmt: skip


def test_every_section_saves_and_leads_to_the_next(client_of, owner, draft):
    client = client_of(owner)
    VALID["outcome"]["field"] = draft.field_id
    order = list(VALID)
    for number, (name, data) in enumerate(VALID.items()):
        response = client.post(section(draft, name), data)
        following = section(draft, order[number + 1]) if number < 5 else reverse("projects:edit", args=[draft.code])
        assert (response.status_code, response.url) == (302, following)
    draft.refresh_from_db()
    assert (draft.title, draft.deliverable, draft.hours, draft.fee_amount) == ("New title", "New thing", 12, 124_050)
    assert draft.applications_close_at == NOW.replace(day=12, hour=23, minute=59)
    assert (draft.portfolio_permission, str(draft.portfolio_from)) == ("after_date", "2026-06-01")
    assert [(row.skill.name, row.level) for row in draft.competencies.order_by("position")] == [
        ("SQL", 2), ("Data cleaning", 3),
    ]  # fmt: skip
    for name in VALID:
        page = client.get(section(draft, name)).content.decode()
        assert re.search(r"<h1[^>]*>", page)
    assert 'value="1240.50"' in client.get(section(draft, "pay")).content.decode()


def test_dates_are_days_in_the_readers_own_zone(client_of, owner, draft):
    owner.time_zone = "America/New_York"
    owner.save()
    assert client_of(owner).post(section(draft, "pay"), VALID["pay"]).status_code == 302
    draft.refresh_from_db()
    assert draft.applications_close_at.isoformat() == "2026-03-13T03:59:00+00:00"
    page = client_of(owner).get(section(draft, "pay")).content.decode()
    assert 'value="2026-03-12"' in page


BAD = [
    ("outcome", {"title": ""}, "title", "Give the project a title."),
    ("outcome", {"title": "x" * 101}, "title", "at most 100 characters"),
    ("outcome", {"brief": "x" * 4_001}, "brief", "at most 4000 characters"),
    ("outcome", {"field": "999999"}, "field", "Select a valid choice"),
    ("outcome", {"title": "a\x00b"}, "title", "Null characters are not allowed"),
    ("deliverable", {"criterion_3": ""}, "criterion_3", "at least 3 are needed"),
    ("deliverable", {"criterion_2": "one HOLDS"}, "criterion_2", "This repeats criterion 1."),
    ("deliverable", {"criterion_7": "x" * 301}, "criterion_7", "at most 300 characters"),
    ("deliverable", {"deliverable": " "}, "deliverable", "Name the deliverable."),
    ("competencies", {"skill_2": ""}, "skill_2", "Choose a skill or tool."),
    ("competencies", {"skill_2": "sql"}, "skill_2", "SQL is asked for in row 1 already."),
    ("competencies", {"skill_2": "Qwertyuiop"}, "skill_2", "We know no skill called"),
    ("competencies", {"evidence_1": ""}, "evidence_1", "Say which evidence you want to see."),
    ("competencies", {"skill_3": "", "evidence_3": "Why?"}, "skill_3", "Say which skill this question is about"),
    ("competencies", {"level_1": "9"}, "level_1", "Select a valid choice"),
    ("pay", {"hours": "9"}, "hours", "at least 10 hours"),
    ("pay", {"hours": "41"}, "hours", "at most 40 hours"),
    ("pay", {"hours": "-12"}, "hours", "at least 10 hours"),
    ("pay", {"hours": "twelve"}, "hours", "Enter a whole number."),
    ("pay", {"fee": "239.99"}, "fee", "Pay at least $240: 12 h × $20 an hour is the floor for everybody."),
    ("pay", {"fee": "-500"}, "fee", "above zero"),
    ("pay", {"fee": "999999999"}, "fee", "A fee is at most $10,000."),
    ("pay", {"fee": "12.345"}, "fee", "Write an amount"),
    ("pay", {"fee": "NaN"}, "fee", "Write an amount"),
    ("pay", {"places": "0"}, "places", "at least one place"),
    ("pay", {"places": "6"}, "places", "at most 5 places"),
    ("pay", {"where": "onsite"}, "place", "Say where the work is done."),
    ("pay", {"applications_close_on": "2026-03-01"}, "applications_close_on", "at least 24 hours from now"),
    ("pay", {"applications_close_on": "2027-03-01"}, "applications_close_on", "at most 60 days from now"),
    ("pay", {"applications_close_on": "12/03/2026"}, "applications_close_on", "YYYY-MM-DD"),
    ("pay", {"decisions_due_on": "2026-03-11"}, "decisions_due_on", "cannot be before the application deadline"),
    ("pay", {"work_due_on": "2026-03-18"}, "work_due_on", "3 to 45 days after the decision date"),
    ("portfolio", {"portfolio_permission": ""}, "portfolio_permission", "Choose what the student may show."),
    ("portfolio", {"portfolio_from": ""}, "portfolio_from", "Give the date"),
    ("portfolio", {"portfolio_from": "2020-01-01"}, "portfolio_from", "Choose a date from tomorrow"),
    ("portfolio", {"portfolio_from": "2026-03-23"}, "portfolio_from", "choose that day or a later one"),
    ("portfolio", {"portfolio_from": "2099-01-01"}, "portfolio_from", "Choose a date from tomorrow"),
]


@pytest.mark.parametrize(("name", "changes", "field", "message"), BAD)
def test_bad_input_is_kept_named_and_saves_nothing(name, changes, field, message, client_of, owner, draft):
    VALID["outcome"]["field"] = draft.field_id
    before = everything(draft)
    data = VALID[name] | changes
    response = client_of(owner).post(section(draft, name), data)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert message in " ".join(response.context["form"].errors[field])
    page = response.content.decode()
    assert f'href="#id_{field}' in page, "the summary links to the field"
    typed = next(value for value in data.values() if value and "\x00" not in str(value))
    assert str(typed)[:50] in page, "what was typed is kept"
    assert everything(draft) == before


def everything(project):
    row = Project.objects.filter(pk=project.pk).values().get()
    return row, list(project.criteria.values()), list(project.competencies.values())


def test_an_unfinished_part_can_be_kept_as_draft(client_of, owner, organization):
    project = Project.objects.create(organization=organization, created_by=owner, title="Idea", created_at=NOW)
    client = client_of(owner)
    done = reverse("projects:edit", args=[project.code])
    for name, data in {
        "outcome": {"title": "Half an idea"},
        "deliverable": {"criterion_2": "Only this"},
        "competencies": {"skill_1": "", "skill_2": factories.make_skill("SQL").name},
        "pay": {"hours": "12"},
        "portfolio": {},
    }.items():
        response = client.post(section(project, name), data | {"save": "draft"})
        assert (response.status_code, getattr(response, "url", response.content.decode()[-800:])) == (302, done)
    project.refresh_from_db()
    assert (project.title, project.hours, project.fee_amount, project.places) == ("Half an idea", 12, None, 1)
    assert [row.text for row in project.criteria.all()] == ["Only this"]
    assert [row.skill.name for row in project.competencies.all()] == ["SQL"]
    page = client.get(done).content.decode()
    assert "In progress" in page
    assert "Set the fee." in page


def test_a_limit_holds_in_a_draft_too(client_of, owner, draft):
    response = client_of(owner).post(section(draft, "pay"), VALID["pay"] | {"fee": "100", "save": "draft"})
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["fee"])


def test_script_in_every_text_is_shown_as_text(client_of, owner, organization):
    project = factories.make_project(
        organization=organization, title=SCRIPT[:100], brief=SCRIPT, deliverable=SCRIPT, is_remote=False, place=SCRIPT
    )
    draft = factories.make_project(organization=organization, status="draft", title=SCRIPT[:100], brief=SCRIPT)
    draft.criteria.filter(position=0).update(text=SCRIPT)
    draft.competencies.filter(position=0).update(evidence_asked=SCRIPT)
    client = client_of(owner)
    pages = [
        reverse("projects:browse"), project.get_absolute_url(), reverse("projects:manage"),
        reverse("projects:manage") + "?state=drafts", reverse("projects:edit", args=[draft.code]),
        reverse("projects:preview", args=[draft.code]), section(draft, "outcome"), section(draft, "deliverable"),
        reverse("projects:cancel", args=[project.code]), reverse("projects:browse") + f"?q={SCRIPT}",
    ]  # fmt: skip
    for path in pages:
        page = client.get(path).content.decode()
        assert "<script>alert" not in page, path
        assert "\" onmouseover='x'" not in page, path
        assert "alert(1)" in page, path


def test_a_new_draft_needs_a_title_and_ones_own_organization(client_of, owner, other_owner, organization):
    client = client_of(owner)
    other = other_owner.memberships.get().organization
    path = reverse("projects:new")
    for data in ({"title": "", "organization": organization.pk}, {"title": "Theirs", "organization": other.pk}):
        assert client.post(path, data).status_code == 422
    assert not Project.objects.exists()
    response = client.post(path, {"title": "  Ours \n now ", "organization": organization.pk})
    project = Project.objects.get()
    assert (project.title, project.status, project.organization) == ("Ours now", "draft", organization)
    assert response.url == section(project, "outcome")


def test_somebody_without_an_organization_is_led_to_found_one(client_of, student, finance):
    for user, words in ((student, "First, your organization"), (finance, "Your role does not post projects")):
        page = client_of(user).get(reverse("projects:new"))
        assert (page.status_code, words in page.content.decode()) == (200, True)


def test_preview_shows_the_whole_cost_and_submitting_leads_to_what_happens_next(client_of, owner, draft):
    Project.objects.filter(pk=draft.pk).update(places=3)
    client = client_of(owner)
    page = client.get(reverse("projects:preview", args=[draft.code])).content.decode()
    for words in ("$480", "Service fee (10%)", "$48", "$528", "$1,584", "Submit and open"):
        assert words in page
    response = client.post(reverse("projects:submit", args=[draft.code]))
    assert response.url == reverse("projects:submitted", args=[draft.code])
    assert "Your project is open" in client.get(response.url).content.decode()


def test_an_incomplete_draft_is_sent_back_to_its_task_list(client_of, owner, organization):
    project = factories.make_project(status="draft", organization=organization, brief="")
    client = client_of(owner)
    assert "Not ready yet" in client.get(reverse("projects:preview", args=[project.code])).content.decode()
    response = client.post(reverse("projects:submit", args=[project.code]), follow=True)
    assert response.redirect_chain[-1][0] == reverse("projects:edit", args=[project.code])
    assert "1 thing to fix before you can submit." in response.content.decode()
    assert Project.objects.get(pk=project.pk).status == "draft"


def test_flags_are_shown_before_submitting(client_of, owner, organization):
    project = factories.make_project(status="draft", organization=organization, brief="Mail us: a@b.example")
    page = client_of(owner).get(reverse("projects:preview", args=[project.code])).content.decode()
    assert "a@b.example" in page
    assert "Submit for review" in page


def test_reopening_through_its_page(client_of, owner, organization):
    project = factories.make_project(status="closed", organization=organization)
    path = reverse("projects:reopen", args=[project.code])
    client = client_of(owner)
    dates = {"applications_close_on": "2026-03-20", "decisions_due_on": "2026-03-25", "work_due_on": "2026-04-20"}
    response = client.post(path, dates | {"applications_close_on": "2026-03-02"})
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["applications_close_on"])
    assert client.post(path, dates).url == project.get_absolute_url()
    project.refresh_from_db()
    assert (project.status, str(project.work_due_on)) == ("open", "2026-04-20")


def test_saving_answers_a_script_with_the_button_and_a_browser_with_the_page(client_of, student, project):
    client = client_of(student)
    path, wish = reverse("projects:keep"), {"save": project.code}
    response = client.post(path, wish | {"next": "/projects/?q=sql"})
    assert (response.status_code, response.url) == (302, "/projects/?q=sql")
    fragment = client.post(path, wish | {"next": "/projects/"}, headers={"HX-Request": "true"}).content.decode()
    assert "unsave" in fragment
    assert "<html" not in fragment
    of_a_list = client.post(path, wish, headers={"HX-Request": "true", "HX-Trigger-Name": "keep"}).content.decode()
    assert of_a_list == f"<button name=unsave value={project.code}>Saved</button>"
    assert SavedProject.objects.get().project == project
    elsewhere = client.post(path, {"unsave": project.code, "next": "https://evil.example/"})
    assert elsewhere.url == project.get_absolute_url()
    page = client.post(path, {"unsave": project.code}, headers={"Referer": "http://testserver/projects/saved/"})
    assert page.url == reverse("projects:saved")
    assert not SavedProject.objects.exists()


def test_saved_projects_stay_listed_until_taken_off(client_of, student, organization, owner):
    for status in ("open", "closed", "removed"):
        project = factories.make_project(organization=organization, status=status, title=f"The {status} one")
        SavedProject.objects.create(student=student.student, project=project, saved_at=NOW)
    page = client_of(student).get(reverse("projects:saved")).content.decode()
    assert ("The open one" in page, "The closed one" in page, "The removed one" in page) == (True, True, False)


def test_browse_drops_blank_parameters_and_remembers_the_rest(client_of, project):
    client = client_of(None)
    response = client.get("/projects/?q=&pay=&skill=sql&sort=pay")
    assert (response.status_code, response.url) == (302, "/projects/?skill=sql&sort=pay")
    page = client.get(response.url)
    assert "1 project" in page.content.decode()
    live = client.get("/projects/?q=&skill=sql", headers={"HX-Request": "true"})
    assert (live.status_code, live["HX-Push-Url"]) == (200, "/projects/?skill=sql")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("closed", "2 people applied; decisions by"),
        ("in_review", "A moderator looks at it before students see it"),
        ("cancelled", "This project will not take place."),
        ("removed", "Removed by a moderator"),
    ],
)
def test_the_page_says_what_state_the_project_is_in(status, words, client_of, owner, organization):
    fields = {"closed_at": NOW} if status in ("closed", "cancelled", "removed") else {}
    project = factories.make_project(organization=organization, status=status, **fields)
    for _ in range(2):
        factories.make_application(project=project, student=quick_student(), answers=False)
    page = client_of(owner).get(project.get_absolute_url()).content.decode()
    assert words in page
    assert "Apply</" not in page


def test_a_full_project_says_so(client_of, student, project, settings):
    settings.LIVE_APPLICATIONS_PER_PROJECT = 1
    factories.make_application(project=project, student=quick_student(), answers=False)
    page = client_of(student).get(project.get_absolute_url()).content.decode()
    assert "The queue is full: 1 applicant, and nobody on its waiting list." in page
    assert "1 of 1" in page
    factories.make_application(project=project, student=quick_student(), status="waitlisted", answers=False)
    assert "and 1 on its waiting list" in client_of(student).get(project.get_absolute_url()).content.decode()


def test_the_project_page_names_no_applicant(client_of, owner, visitor, project):
    factories.make_application(project=project, student=factories.make_student("Zebulon Secret"))
    for client in (visitor, client_of(owner)):
        assert "Zebulon" not in client.get(project.get_absolute_url()).content.decode()


MANY = [
    ("/projects/", None, 1), ("/projects/", "student", 1), ("/projects/?q=survey&skill=sql", "student", 1),
    ("/projects/?sort=fit", "student", 1), ("/projects/manage/", "owner", 1),
    ("/projects/manage/?state=drafts", "owner", 1), ("/projects/saved/", "student", 1), ("/api/projects/", None, 1),
]  # fmt: skip


@pytest.mark.parametrize(("path", "who", "_n"), MANY)
def test_lists_cost_as_many_queries_for_three_as_for_one(
    path, who, _n, request, client_of, organization, owner, student, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(request.getfixturevalue(who) if who else None)

    def add():
        for status in ("open", "draft"):
            project = factories.make_project(
                organization=organization, status=status, title="A survey", skills=["SQL", "Python", "Data cleaning"]
            )
            SavedProject.objects.create(student=student.student, project=project, saved_at=NOW)
            if status == "open":
                factories.make_application(project=project, student=quick_student(), answers=False)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    add()
    client.get(path)
    one = cost()
    add()
    add()
    assert cost() == one
    assert one <= 18


def test_project_pages_cost_the_same_with_more_applications(client_of, student, owner, project):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for user in (student, owner):
        client = client_of(user)
        costs = []
        for _ in range(2):
            factories.make_application(project=project, student=quick_student(), answers=False)
            client.get(project.get_absolute_url())
            with CaptureQueriesContext(connection) as queries:
                client.get(project.get_absolute_url())
            costs.append(len(queries))
        assert costs[0] == costs[1] <= 28


def test_a_draft_next_action_and_a_saved_project_about_to_close(owner, student, organization):
    from projects.next_actions import for_user

    factories.make_project(organization=organization, status="draft", title="My draft", review_note="Say more")
    soon = factories.make_project(
        organization=organization, title="Soon", applications_close_at=NOW + timedelta(days=2)
    )
    later = factories.make_project(organization=organization, title="Later")
    for project in (soon, later):
        SavedProject.objects.create(student=student.student, project=project, saved_at=NOW)
    assert [(action.text, action.urgent) for action in for_user(owner, NOW)] == [("Change “My draft”", True)]
    assert [action.text for action in for_user(student, NOW)] == ["Apply to “Soon” before it closes"]
    factories.make_application(project=soon, student=student.student)
    assert for_user(student, NOW) == []
