"""Writing a draft: every section, copying, and what a published project refuses."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from marketplace.activity.queries import events_of
from marketplace.errors import DomainError, InvalidTransition
from projects import actions
from projects.lint import lint_project
from projects.models import Project
from projects.sections import problems
from projects.starters import STARTERS
from tests import factories
from tests.factories import NOW
from tests.projects.factories import section_values

pytestmark = pytest.mark.django_db


def test_a_draft_is_written_section_by_section(organization, owner):
    project = actions.create_draft(organization=organization, by=owner, at=NOW, title="Idea")
    for section, values in section_values().items():
        actions.save_section(project=project, section=section, by=owner, at=NOW, **values)
    project.refresh_from_db()
    assert (project.title, project.hours, project.fee_amount) == ("Clean survey data", 16, 48_000)
    assert list(project.criteria.order_by("position").values_list("text", flat=True)) == [
        "A holds",
        "B holds",
        "C holds",
    ]
    assert list(project.competencies.order_by("position").values_list("skill__name", flat=True)) == [
        "SQL", "Data cleaning",
    ]  # fmt: skip
    verbs = [event.verb for event in events_of(project)]
    assert verbs == ["project.created"] + ["project.edited"] * 5


def test_saving_a_section_again_replaces_its_rows(organization, owner):
    project = factories.make_project(status="draft", organization=organization, criteria=5)
    actions.save_section(
        project=project, section="deliverable", by=owner, at=NOW, deliverable="X", criteria=["One", " ", "Two"]
    )
    assert list(project.criteria.order_by("position").values_list("text", flat=True)) == ["One", "Two"]


def test_a_section_is_saved_whole_or_not_at_all(organization, owner):
    project = factories.make_project(status="draft", organization=organization)
    with pytest.raises(DomainError):
        actions.save_section(
            project=project, section="deliverable", by=owner, at=NOW, deliverable="New", criteria=["Too many"] * 8
        )
    project.refresh_from_db()
    assert project.deliverable == "One documented CSV and a notebook that makes it"
    assert project.criteria.count() == 3


def test_a_section_takes_only_its_own_fields(organization, owner):
    project = factories.make_project(status="draft", organization=organization)
    with pytest.raises(TypeError):
        actions.save_section(project=project, section="outcome", by=owner, at=NOW, status="open")
    with pytest.raises(TypeError):
        actions.save_section(project=project, section="pay", by=owner, at=NOW, title="Else")


@pytest.mark.parametrize("status", ["in_review", "open", "closed", "cancelled", "removed"])
def test_only_a_draft_is_written(status, organization, owner):
    project = factories.make_project(status=status, organization=organization)
    before = Project.objects.filter(pk=project.pk).values().get()
    for section, values in section_values().items():
        with pytest.raises(InvalidTransition):
            actions.save_section(project=project, section=section, by=owner, at=NOW, **values)
    assert Project.objects.filter(pk=project.pk).values().get() == before
    assert not events_of(project).exists()


def test_a_fee_below_the_floor_in_force_is_refused_by_the_database(organization, owner):
    project = factories.make_project(status="draft", organization=organization)
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.save_section(project=project, section="pay", by=owner, at=NOW, fee_amount=1_000)


def test_each_competency_is_asked_for_once(organization):
    project = factories.make_project(status="draft", organization=organization)
    row = {"skill": factories.make_skill("SQL"), "level": 2, "evidence_asked": "Show one."}
    with pytest.raises(DomainError):
        actions.set_competencies(project=project, rows=[row, row])
    assert project.competencies.count() == 2


def test_copying_makes_a_draft_without_dates(organization, owner):
    project = factories.make_project(status="closed", organization=organization, portfolio_permission="anonymised")
    copy = actions.copy_project(project=project, by=owner, at=NOW + timedelta(days=1))
    assert (copy.status, copy.title, copy.fee_amount, copy.hours) == ("draft", project.title, 48_000, 16)
    assert (copy.applications_close_at, copy.decisions_due_at, copy.work_due_on) == (None, None, None)
    assert (copy.portfolio_permission, copy.code != project.code) == ("anonymised", True)
    assert copy.criteria.count() == 3
    assert copy.competencies.count() == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"portfolio_permission": "anonymised"}, "Set its dates, then submit it."),
        (
            {"portfolio_permission": "after_date", "portfolio_from": NOW.date() + timedelta(days=90)},
            "Set its dates and what the student may show afterwards, then submit it.",
        ),
    ],
)
def test_copying_says_what_is_to_be_set(organization, owner, client_of, fields, words):
    project = factories.make_project(organization=organization, **fields)
    page = client_of(owner).post(reverse("projects:copy", args=[project.code]), follow=True)
    assert words in page.content.decode()


def test_a_dated_permission_is_not_copied(organization, owner):
    project = factories.make_project(
        organization=organization, portfolio_permission="after_date", portfolio_from=NOW.date()
    )
    copy = actions.copy_project(project=project, by=owner, at=NOW)
    assert (copy.portfolio_permission, copy.portfolio_from) == ("", None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"posting_paused_until": NOW + timedelta(days=3)}, "posting_paused"),
        ({"suspended_at": NOW}, "suspended"),
    ],
)
def test_a_paused_or_suspended_organization_posts_nothing(organization, owner, changes, code):
    for name, value in changes.items():
        setattr(organization, name, value)
    organization.save()
    draft = factories.make_project(status="draft", organization=organization)
    for action in (
        lambda: actions.create_draft(organization=organization, by=owner, at=NOW),
        lambda: actions.copy_project(project=draft, by=owner, at=NOW),
        lambda: actions.submit_project(project=draft, by=owner, at=NOW),
    ):
        with pytest.raises(DomainError) as caught:
            action()
        assert caught.value.code == code
    assert Project.objects.count() == 1
    assert Project.objects.get().status == "draft"


@pytest.fixture
def taxonomy(db):
    call_command("import_skills", verbosity=0)


@pytest.mark.parametrize("starter", STARTERS, ids=lambda starter: starter.slug)
def test_a_starter_fills_a_draft_that_lacks_only_ones_own_words(starter, organization, owner, taxonomy):
    project = actions.create_draft(organization=organization, by=owner, at=NOW, title="Mine", starter=starter)
    assert (project.title, project.field.slug, project.hours) == ("Mine", starter.field, starter.hours)
    assert project.competencies.count() == len(starter.competencies), "every skill is in the taxonomy"
    assert project.criteria.count() == len(starter.criteria)
    assert lint_project(project) == []
    found = list(problems(project, NOW))
    fields = {problem.field for problem in found}
    assert "brief" in fields, "its blanks must be filled"
    assert any(problem.message.endswith("” with your own words.") for problem in found)
    assert fields <= {
        "brief", "deliverable", *(f"criterion_{number}" for number in range(1, 8)), "portfolio_permission",
        "applications_close_on", "decisions_due_on", "work_due_on",
    }  # fmt: skip
    Project.objects.filter(pk=project.pk).update(brief="Our own words, with [a bracket] of ours.")
    project.refresh_from_db()
    assert "brief" not in {problem.field for problem in problems(project, NOW)}


def test_a_starter_that_is_not_ours_is_refused(client_of, organization, owner):
    data = {"title": "Mine", "organization": organization.pk, "starter": "no-such"}
    response = client_of(owner).post("/projects/new/", data)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["starter"])
    assert not Project.objects.exists()
