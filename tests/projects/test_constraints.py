"""The posting rules hold in PostgreSQL, whoever writes: every statement here is plain SQL."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from projects.models import AcceptanceCriterion, Competency, Listing, Project
from tests import factories

pytestmark = pytest.mark.django_db


def run(sql, *values, check=True):
    """Run one statement as its own transaction would: deferred checks at the end."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        if check:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def refused(constraint, sql, *values):
    with pytest.raises(DatabaseError) as caught:
        run(sql, *values)
    assert isinstance(caught.value, IntegrityError)
    assert caught.value.__cause__.diag.constraint_name == constraint


@pytest.mark.parametrize(
    ("criteria", "skills", "constraint"),
    [
        (2, 2, "project_criteria_3_7"),
        (0, 2, "project_criteria_3_7"),
        (8, 2, "project_criteria_3_7"),
        (3, 1, "project_competencies_2_5"),
        (3, 6, "project_competencies_2_5"),
        (3, 2, None),
        (7, 5, None),
    ],
)
@pytest.mark.parametrize("status", ["in_review", "open"])
def test_a_project_leaves_draft_only_with_3_to_7_criteria_and_2_to_5_competencies(criteria, skills, constraint, status):
    names = [f"Skill {number}" for number in range(skills)]
    project = factories.make_project(status="draft", criteria=criteria, skills=names)
    sql = "UPDATE projects_project SET status = %s, opened_at = now() WHERE id = %s"
    if constraint is None:
        run(sql, status, project.pk)
        project.refresh_from_db()
        assert project.status == status
    else:
        refused(constraint, sql, status, project.pk)
        project.refresh_from_db()
        assert project.status == "draft"


def test_in_review_the_rows_may_be_replaced_but_not_fall_below_the_counts():
    project = factories.make_project(status="in_review")
    refused("project_criteria_3_7", "DELETE FROM projects_acceptancecriterion WHERE project_id = %s", project.pk)
    refused("project_competencies_2_5", "DELETE FROM projects_competency WHERE project_id = %s", project.pk)
    with transaction.atomic():
        project.criteria.all().delete()
        for position in range(4):
            AcceptanceCriterion.objects.create(project=project, position=position, text=f"New {position}")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    assert project.criteria.count() == 4


@pytest.mark.parametrize("status", ["open", "closed", "cancelled", "removed"])
def test_criteria_and_competencies_are_locked_once_published(status):
    project = factories.make_project(status=status)
    other = factories.make_project(status="draft", organization=project.organization)
    skill = factories.make_skill("Tableau")
    criterion, competency = project.criteria.first(), project.competencies.first()
    before = (
        list(AcceptanceCriterion.objects.order_by("pk").values_list()),
        list(Competency.objects.order_by("pk").values_list()),
    )
    for sql, values in [
        ("INSERT INTO projects_acceptancecriterion (project_id, position, text) VALUES (%s, 3, 'More')", [project.pk]),
        ("UPDATE projects_acceptancecriterion SET text = 'Else' WHERE id = %s", [criterion.pk]),
        ("UPDATE projects_acceptancecriterion SET project_id = %s WHERE id = %s", [other.pk, criterion.pk]),
        ("DELETE FROM projects_acceptancecriterion WHERE id = %s", [criterion.pk]),
        (
            "INSERT INTO projects_competency (project_id, position, skill_id, level, evidence_asked) "
            "VALUES (%s, 3, %s, 2, 'Show one')",
            [project.pk, skill.pk],
        ),
        ("UPDATE projects_competency SET level = 3 WHERE id = %s", [competency.pk]),
        ("DELETE FROM projects_competency WHERE id = %s", [competency.pk]),
    ]:
        refused("project_parts_locked", sql, *values)
    after = (
        list(AcceptanceCriterion.objects.order_by("pk").values_list()),
        list(Competency.objects.order_by("pk").values_list()),
    )
    assert after == before


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("fee_amount", 99_000), ("hours", 12), ("title", "Else"), ("brief", "Else"), ("deliverable", "Else"),
        ("service_fee_bps", 0), ("hourly_floor", 1), ("places", 3), ("portfolio_permission", "credential_only"),
        ("is_remote", False), ("currency", "eur"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", ["open", "closed"])
def test_the_terms_are_fixed_once_published(column, value, status):
    project = factories.make_project(status=status)
    refused("project_terms_locked", f"UPDATE projects_project SET {column} = %s WHERE id = %s", value, project.pk)
    assert getattr(Project.objects.get(pk=project.pk), column) == getattr(project, column)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("project_hours_10_40", {"hours": 9}),
        ("project_hours_10_40", {"hours": 41, "fee_amount": 100_000}),
        ("project_fee_at_least_floor", {"fee_amount": 31_999}),
        ("project_places_1_20", {"places": 0}),
        ("project_portfolio_date_given", {"portfolio_permission": "after_date"}),
        ("project_decides_after_deadline", {"decisions_due_at": factories.NOW}),
    ],
)
def test_numbers_and_dates_out_of_range_are_refused_even_in_a_draft(constraint, fields):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        factories.make_project(status="draft", **fields)


def test_an_incomplete_project_cannot_leave_draft():
    project = factories.make_project(status="draft", brief="")
    refused("project_complete_unless_draft", "UPDATE projects_project SET status='in_review' WHERE id=%s", project.pk)


def test_a_listing_exists_exactly_while_the_project_is_open():
    project = factories.make_project(status="draft", skills=["SQL", "Python"])
    assert not Listing.objects.exists()
    run("UPDATE projects_project SET status = 'open', opened_at = now() WHERE id = %s", project.pk)
    listing = Listing.objects.get()
    assert listing.skill_ids == list(project.competencies.order_by("position").values_list("skill_id", flat=True))
    assert (listing.fee_amount, listing.hours, listing.level) == (48_000, 16, 2)
    assert listing.words == "clean and map three years of survey answers sql python data & analytics acme analytics"
    run("UPDATE projects_project SET status = 'closed' WHERE id = %s", project.pk)
    assert not Listing.objects.exists()


def test_a_listing_follows_the_names_it_is_made_of():
    project = factories.make_project(skills=["SQL", "Python"])
    run("UPDATE accounts_organization SET name = 'Zebra Labs' WHERE id = %s", project.organization_id)
    assert Listing.objects.get().words.endswith("zebra labs")
    run("UPDATE skills_skill SET name = 'Structured queries' WHERE name = 'SQL'")
    assert "structured queries" in Listing.objects.get().words
    run("INSERT INTO skills_skillalias (skill_id, name) SELECT id, 'Snakework' FROM skills_skill WHERE name = 'Python'")
    assert "snakework" in Listing.objects.get().document
    run("UPDATE accounts_organization SET suspended_at = now() WHERE id = %s", project.organization_id)
    assert not Listing.objects.exists()
    run("UPDATE accounts_organization SET suspended_at = NULL WHERE id = %s", project.organization_id)
    assert Listing.objects.get().pk == project.pk
