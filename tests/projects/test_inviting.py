"""How many students fit, and inviting more of them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from marketplace.errors import InvalidTransition, LimitReached
from marketplace.notifications.models import Notification
from projects import matching
from projects.matching import again, reach
from projects.models import InviteRound, Match, Project
from tests import factories
from tests.factories import NOW
from tests.projects.factories import quick_student

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(NOW, tick=False)


def crowd(project, number, *, skills=None):
    """So many students who have shown what the project asks for."""
    made = [quick_student(f"Student {one}") for one in range(number)]
    for student in made:
        for row in project.competencies.select_related("skill"):
            if skills is None or row.skill.name in skills:
                factories.make_student_skill(student, row.skill, level=3, strength=2)
    return made


@pytest.fixture
def project(organization, owner):
    return factories.make_project(organization=organization, skills=["SQL", "Python"], matched_at=None)


def invite(project, owner, at=NOW):
    return matching.invite_students(project=project, by=owner, at=at)


def test_the_next_best_are_invited_and_nobody_twice(project, owner, settings):
    settings.MATCH_NOTICES_PER_PLACE = 3
    crowd(project, 8)
    assert len(matching.match_project(project, NOW)) == 3
    assert invite(project, owner) == 3
    assert invite(project, owner, NOW + timedelta(days=2)) == 2
    assert Match.objects.filter(project=project).count() == 8
    notices = Notification.objects.filter(key=f"match:{project.code}")
    assert notices.filter(kind="match.found").count() == 3
    invited = notices.filter(kind="match.invited")
    assert invited.values("recipient").distinct().count() == invited.count() == 5
    assert "invites you to apply" in invited[0].title
    assert list(InviteRound.objects.values_list("number", "students", "by")) == [(1, 3, owner.pk), (2, 2, owner.pk)]


def test_a_round_is_never_more_than_it_says(client, project, owner, settings):
    """Where few fitted at the opening, what was left of it is not added to an invite."""
    settings.MATCH_NOTICES_PER_PLACE = 4
    crowd(project, 1)
    assert len(matching.match_project(project, NOW)) == 1
    crowd(project, 9)
    client.force_login(owner)
    assert "Invite up to 4 more" in client.get(reverse("projects:reach", args=[project.code])).content.decode()
    assert invite(project, owner) == 4


def test_who_added_evidence_takes_no_place_of_an_invite(project, owner, settings):
    settings.MATCH_NOTICES_PER_PLACE = 3
    crowd(project, 3)
    assert len(matching.match_project(project, NOW)) == 3
    later = NOW + timedelta(days=1)
    project.refresh_from_db()
    for student in crowd(project, 4):
        assert again.rematch(student.pk, later)
    crowd(project, 3)
    assert invite(project, owner, later) == 3


def test_matching_again_tells_nobody_beyond_the_rounds(project, owner, settings):
    settings.MATCH_NOTICES_PER_PLACE = 2
    crowd(project, 9)
    matching.match_project(project, NOW)
    invite(project, owner)
    Project.objects.filter(pk=project.pk).update(matched_at=None)
    assert matching.match_project(project, NOW) == []
    assert Match.objects.count() == 4


def test_rounds_have_a_pause_and_an_end(project, owner, settings):
    settings.MATCH_NOTICES_PER_PLACE, settings.INVITE_ROUNDS = 1, 2
    crowd(project, 9)
    matching.match_project(project, NOW)
    invite(project, owner)
    soon = NOW + timedelta(days=settings.INVITE_DAYS)
    with pytest.raises(LimitReached, match="invite again"):
        invite(project, owner, soon - timedelta(seconds=1))
    invite(project, owner, soon)
    with pytest.raises(LimitReached, match="invited 2 times"):
        invite(project, owner, soon + timedelta(days=2))
    assert Match.objects.count() == 3


def test_nobody_is_invited_where_nobody_can_apply_or_fits(project, owner):
    with pytest.raises(InvalidTransition, match="in a minute"):
        invite(project, owner)
    matching.match_project(project, NOW)
    with pytest.raises(LimitReached, match="Everybody who fits"):
        invite(project, owner)
    Project.objects.filter(pk=project.pk).update(status="closed")
    with pytest.raises(InvalidTransition, match="takes no applications"):
        invite(project, owner)
    assert not InviteRound.objects.exists()


def test_the_weekly_limit_of_a_student_holds(project, owner, settings):
    settings.MATCH_NOTICES_PER_WEEK = 0
    crowd(project, 2)
    matching.match_project(project, NOW)
    with pytest.raises(LimitReached, match="Everybody who fits"):
        invite(project, owner)


def test_the_page_says_how_many_and_never_who(client, project, owner):
    students = crowd(project, 23)
    matching.match_project(project, NOW)
    client.force_login(owner)
    url = reverse("projects:reach", args=[project.code])
    html = client.get(url).content.decode()
    assert "About 20 students" in html
    assert "8 students so far" in html
    assert not any(student.display_name in html or student.slug in html for student in students)
    answer = client.post(reverse("projects:invite", args=[project.code]), follow=True)
    html = answer.content.decode()
    assert "8 more students are invited." in html
    assert "invite again 2 days after" in html
    assert "Invite up to" not in html
    again = client.post(reverse("projects:invite", args=[project.code]), follow=True).content.decode()
    assert "invite again 2 days after" in again
    assert Match.objects.count() == 16


def test_a_draft_says_what_would_widen_it(client, organization, owner):
    draft = factories.make_project(organization=organization, status="draft", skills=["SQL", "Falconry"])
    crowd(draft, 7, skills=["SQL"])
    crowd(draft, 2)
    client.force_login(owner)
    html = client.get(reverse("projects:reach", args=[draft.code])).content.decode()
    assert "Fewer than 5 students" in html
    assert "Without Falconry" in html
    assert "about 9" in html
    assert "Without SQL" not in html  # two: fewer than are counted out
    assert "Invite" not in html
    assert (
        "fewer than 5 students fit" in client.get(reverse("projects:edit", args=[draft.code])).content.decode().lower()
    )


def test_where_no_competency_makes_the_difference_the_page_says_what_else_does(client, organization, owner):
    draft = factories.make_project(organization=organization, status="draft", skills=["SQL", "Falconry"])
    client.force_login(owner)
    assert "See what would widen it" in client.get(reverse("projects:edit", args=[draft.code])).content.decode()
    html = client.get(reverse("projects:reach", args=[draft.code])).content.decode()
    assert "What would widen it" in html
    assert "asks for a lower level, for fewer competencies" in html
    assert "those who fit are told at once" in html
    assert "up to 8 of them" not in html


def test_where_many_fit_nothing_is_to_be_widened(client, organization, owner, monkeypatch):
    monkeypatch.setattr(reach, "SCARCE", 9)
    draft = factories.make_project(organization=organization, status="draft", skills=["SQL"])
    crowd(draft, 9)
    client.force_login(owner)
    assert "See how they hear of it" in client.get(reverse("projects:edit", args=[draft.code])).content.decode()
    html = client.get(reverse("projects:reach", args=[draft.code])).content.decode()
    assert "widen" not in html
    assert "up to 8 of them are told at once" in html


@pytest.mark.parametrize(
    ("status", "fields", "words"),
    [
        ("open", {}, "They are being told right now."),
        ("open", {"matched_at": NOW}, "Nobody yet: when it opened, nobody had shown enough of it."),
        ("closed", {}, "Nobody: it closed before anybody was told."),
        ("in_review", {}, "Nobody yet: students are told when it opens."),
        ("removed", {}, "Nobody: it never opened."),
        ("cancelled", {}, "Nobody: it never opened."),
    ],
)
def test_who_was_told_is_said_of_every_state(status, fields, words, client, organization, owner):
    project = factories.make_project(organization=organization, status=status, **fields)
    client.force_login(owner)
    html = client.get(reverse("projects:reach", args=[project.code])).content.decode()
    assert words in html
    assert ("right now" in html) == ("right now" in words)


@pytest.mark.parametrize(
    ("fitting", "matched_at", "words"),
    [
        (0, None, "Students whose evidence fits are being told."),
        (0, NOW, "When it opened, no student had shown enough of what it asks for."),
        (2, None, "2 students whose evidence fits were told."),
    ],
)
def test_the_empty_board_says_who_was_told(fitting, matched_at, words, client, project, owner):
    crowd(project, fitting)
    if fitting:
        matching.match_project(project, NOW)
    Project.objects.filter(pk=project.pk, matched_at=None).update(matched_at=matched_at)
    client.force_login(owner)
    assert words in client.get(reverse("applications:board", args=[project.code])).content.decode()


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "fewer than 5"), (4, "fewer than 5"), (5, "about 5"), (19, "about 19"), (23, "about 20"), (47, "about 45"),
     (99, "about 95"), (147, "about 140"), (999, "about 990"), (1_000, "more than 1,000")],
)  # fmt: skip
def test_numbers_are_rough(number, words):
    assert reach.roughly(number) == words


def test_the_same_statements_for_any_number(client, project, owner, django_assert_max_num_queries):
    client.force_login(owner)
    url = reverse("projects:reach", args=[project.code])
    for number in (1, 60):
        crowd(project, number)
        with django_assert_max_num_queries(13):
            client.get(url)
