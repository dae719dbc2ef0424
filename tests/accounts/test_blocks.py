"""Blocks: two sides that shall not meet again, and nobody blocked who is not known by name."""

import pytest

from applications import actions as applying
from marketplace.accounts import actions
from marketplace.accounts.models import Block
from marketplace.activity.queries import events_of
from marketplace.errors import DomainError
from projects.for_you import fitting as fits
from projects.matching import match_project
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
SIDES = [(Block.Side.STUDENT, "You blocked"), (Block.Side.ORGANIZATION, "takes no applications from you")]


@pytest.fixture
def fitting(organization):
    """Open, not matched yet."""
    return factories.make_project(organization=organization, matched_at=None)


@pytest.fixture
def able(student):
    for skill in ("SQL", "Data cleaning"):
        factories.make_student_skill(student.student, skill, level=3)
    return student.student


def block(student, organization, side, by):
    return actions.block(student=student, organization=organization, side=side, by=by, at=NOW)


@pytest.mark.parametrize(("side", "words"), SIDES)
def test_no_application_either_way(side, words, student, organization, owner, fitting):
    block(student.student, organization, side, owner)
    with pytest.raises(DomainError, match=words):
        applying.start_application(project=fitting, by=student, at=NOW)
    actions.unblock(student=student.student, organization=organization, side=side, by=owner, at=NOW)
    assert applying.start_application(project=fitting, by=student, at=NOW).status == "draft"


def test_a_draft_from_before_is_not_sent(student, organization, owner):
    draft = factories.make_application(project=factories.make_project(organization=organization), status="draft")
    block(draft.student, organization, Block.Side.ORGANIZATION, owner)
    with pytest.raises(DomainError, match="takes no applications"):
        applying.submit_application(application=draft, by=draft.student.user, at=NOW)


@pytest.mark.parametrize("side", Block.Side)
def test_no_match_and_no_recommendation(side, able, organization, owner, fitting):
    assert [row.pk for row in fits(able, at=NOW).rows] == [fitting.pk]
    block(able, organization, side, owner)
    assert fits(able, at=NOW).rows == []
    assert match_project(fitting, NOW) == []


def test_twice_is_once_and_each_side_its_own(able, organization, owner):
    for _ in range(2):
        block(able, organization, Block.Side.STUDENT, able.user)
    block(able, organization, Block.Side.ORGANIZATION, owner)
    actions.unblock(student=able, organization=organization, side=Block.Side.STUDENT, by=able.user, at=NOW)
    assert [row.side for row in able.blocks.all()] == ["organization"]
    verbs = [event.verb for event in events_of(organization)]
    assert verbs == ["organization.blocked", "organization.blocked", "organization.unblocked"]


def test_the_student_blocks_on_the_organizations_page_and_finds_it_again(student, organization, client_of):
    client = client_of(student)
    assert "Block this organization" in client.get(organization.get_absolute_url()).text
    url = f"/account/organizations/{organization.slug}/block/"
    assert client.post(url, {"next": organization.get_absolute_url()}).url == organization.get_absolute_url()
    assert "You blocked this organization" in client.get(organization.get_absolute_url()).text
    assert organization.name in client.get("/account/blocked/").text
    client.post(url, {"undo": "yes"})
    assert "You blocked nobody" in client.get("/account/blocked/").text


def test_the_organization_blocks_only_whom_it_knows_by_name(project, organization, owner, client_of):
    application = factories.make_application(project=project)
    student = application.student
    url = f"/account/organizations/{organization.slug}/students/{student.slug}/block/"
    client = client_of(owner)
    assert client.post(url).status_code == 404
    assert student.blocks.count() == 0
    factories.make_scores(application, owner)
    applying.shortlist(application=application, by=owner, at=NOW)
    page = client.get(f"/applications/{application.code}/applicant/").text
    assert url in page
    assert "that is on record" in page
    client.post(url, {"next": f"/applications/{application.code}/applicant/"})
    assert student.display_name in client.get(f"/account/organizations/{organization.slug}/members/").text
    assert "Unblock" in client.get(f"/applications/{application.code}/applicant/").text
    client.post(url, {"undo": "yes"})
    assert student.blocks.count() == 0


def test_a_block_is_nobody_elses_to_see(student, organization, owner, client_of):
    block(student.student, organization, Block.Side.STUDENT, student)
    for path in (organization.get_absolute_url(), f"/account/organizations/{organization.slug}/members/"):
        assert "locked" not in client_of(owner).get(path).text
