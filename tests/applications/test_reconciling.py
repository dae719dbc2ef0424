"""Two assessors two levels apart: asked to settle it, and no decision on the evidence before they have."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from applications import actions
from applications.board import Board
from applications.models import Reconciliation, Score
from applications.queries import disputes_of, levels_of
from marketplace.activity.models import Event
from marketplace.errors import InvalidTransition
from marketplace.notifications.models import Notification
from tests import factories
from tests.applications.refusing import refused
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(LATER, tick=False)


@pytest.fixture
def application(project, owner, member):
    """The owner sees Exceeds everywhere, the member Developing."""
    application = factories.make_application(project=project)
    factories.make_scores(application, owner, level=3)
    factories.make_scores(application, member, level=1)
    return application


@pytest.fixture
def first(project):
    return project.competencies.order_by("position").first()


@pytest.fixture
def second(project):
    return project.competencies.order_by("position").last()


def agree(application, competency, by, level=2, reason="The second query is copied.", at=LATER):
    return actions.reconcile(
        application=application, competency=competency, level=level, reason=reason, by=by, at=at
    )  # fmt: skip


def score(application, competency, by, level, justification="On a second look.", at=LATER):
    return actions.score(
        application=application, competency=competency, level=level, justification=justification, by=by, at=at
    )


def open_ones(application):
    return disputes_of([application]).get(application.pk, set())


# --- What an agreement is ---


def test_the_agreed_level_counts(application, first, second, owner, member):
    assert open_ones(application) == {first.pk, second.pk}
    agree(application, first, owner)
    assert open_ones(application) == {second.pk}
    assert levels_of([application])[application.pk] == {first.pk: 2, second.pk: 1}
    for user in (owner, member):
        cells = Board(application.project, user).rows[0].cells
        assert [(cell.level, cell.level_word, cell.is_gap) for cell in cells][0] == (2, "Meets", False)


def test_an_agreement_can_be_changed_and_the_log_keeps_both(application, first, owner, member):
    agree(application, first, owner, level=2)
    agree(application, first, owner, level=2)
    agree(application, first, member, level=3, reason="It is their own after all.")
    assert Reconciliation.objects.get().level == 3
    one, two = Event.objects.filter(verb="application.reconciled").order_by("pk")
    assert (one.data["before"], one.data["scores"], one.actor) == (None, [1, 3], owner)
    assert (two.data["before"], two.data["reason_before"], two.actor) == (2, "The second query is copied.", member)


def test_changing_ones_own_score_settles_it_too_and_the_log_keeps_the_old_one(application, first, owner):
    score(application, first, owner, level=2)
    assert first.pk not in open_ones(application)
    last = Event.objects.get(verb="application.scored")
    assert (last.data["before"], last.data["justification_before"]) == (3, "The query is theirs.")


def test_a_score_given_before_the_others_were_shown_is_kept_apart(application, project, first, second, owner):
    score(application, first, owner, level=1)
    assert Score.objects.filter(level=1, blind_level=3).count() == 1
    other = factories.make_application(project=project)
    score(other, first, owner, level=1)
    score(other, first, owner, level=2)  # nobody's scores are shown yet
    score(other, second, owner, level=2)
    assert set(Score.objects.filter(assessment__application=other).values_list("level", "blind_level")) == {(2, 2)}


def test_a_later_score_that_is_far_from_the_agreed_level_opens_it_again(application, first, owner):
    agree(application, first, owner, level=2)
    third = factories.make_assessor(application.project.organization)
    score(application, first, third, level=3, at=LATER + timedelta(hours=1))
    assert first.pk not in open_ones(application)
    score(application, first, third, level=0, at=LATER + timedelta(hours=1))
    assert first.pk in open_ones(application)
    agree(application, first, owner, level=1, at=LATER + timedelta(hours=2))
    assert first.pk not in open_ones(application)


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"level": 0}, "level", "not_between"),
        ({"level": 4}, "level", "bad_level"),
        ({"reason": " "}, "reason", "required"),
        ({"reason": "x" * 301}, "reason", "too_long"),
    ],
)
def test_what_is_no_agreement_is_refused(application, first, owner, values, field, code):
    with refused(code=code, field=field):
        agree(application, first, owner, **values)


def test_who_has_not_scored_everything_does_not_settle(application, first, project):
    late = factories.make_assessor(project.organization)
    score(application, first, late, level=2)
    with refused(code="own_scores_first"):
        agree(application, first, late)


def test_scores_that_are_near_need_no_agreement(project, first, owner, member):
    application = factories.make_application(project=project)
    factories.make_scores(application, owner, level=3)
    factories.make_scores(application, member, level=2)
    with refused(code="nothing_to_settle"):
        agree(application, first, owner)


def test_a_competency_of_another_project_is_refused(application, owner):
    elsewhere = factories.make_project().competencies.first()
    with refused(code="other_project"):
        agree(application, elsewhere, owner)


@pytest.mark.parametrize("status", ["shortlisted", "not_selected", "withdrawn", "lapsed"])
def test_nothing_is_settled_once_a_decision_was_made(application, first, owner, status):
    fields = {"revealed_at": NOW} if status == "shortlisted" else {"reason": "stronger"} if "not" in status else {}
    type(application).objects.update(status=status, **fields)
    with refused(InvalidTransition):
        agree(application, first, owner)


@pytest.mark.parametrize(
    ("column", "value"), [("level", "4"), ("level", "-1"), ("reason", "''"), ("competency_id", "other")]
)
def test_the_database_keeps_the_rules(application, first, second, owner, column, value):
    agree(application, first, owner)
    agree(application, second, owner)
    value = str(second.pk) if value == "other" else value
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE applications_reconciliation SET {column} = {value} WHERE competency_id = {first.pk}")


# --- What waits for it ---


def test_no_shortlist_and_no_reason_on_merit_before_it_is_settled(application, first, second, owner):
    with refused(code="not_settled") as caught:
        actions.shortlist(application=application, by=owner, at=LATER)
    assert "in SQL and Data cleaning: settle" in caught.value.message
    for reason in ("evidence", "stronger"):
        with refused(code="not_settled"):
            actions.decline_application(application=application, reason=reason, by=owner, at=LATER)
    for competency in (first, second):
        agree(application, competency, owner)
    assert actions.shortlist(application=application, by=owner, at=LATER).status == "shortlisted"


def test_declining_for_availability_never_waits(application, owner):
    declined = actions.decline_application(application=application, reason="availability", by=owner, at=LATER)
    assert declined.status == "not_selected"


def test_who_is_on_the_shortlist_already_can_be_declined(application, owner):
    """From before this rule: their scores are fixed, so nothing could be settled any more."""
    type(application).objects.update(status="shortlisted", revealed_at=NOW)
    declined = actions.decline_application(application=application, reason="stronger", by=owner, at=LATER)
    assert declined.status == "not_selected"


def test_declining_the_rest_leaves_out_what_is_to_be_settled(application, project, owner, client_of):
    other = factories.make_application(project=project)
    factories.make_scores(other, owner)
    page = client_of(owner).get(reverse("applications:decline_rest", args=[project.code]))
    assert [row.applicant.label for row in page.context["rows"]] == [other.label]
    assert [row.applicant.label for row in page.context["left"]] == [application.label]
    assert actions.decline_rest(project=project, reason="stronger", by=owner, at=LATER) == [other]


def test_the_decision_date_does_not_wait(application, project):
    at = project.decisions_due_at + timedelta(minutes=1)
    assert actions.lapse_decisions(at=at) == 1


# --- Who is asked ---


def notices(**fields):
    return list(Notification.objects.filter(kind="application.disagreement", **fields).order_by("recipient"))


@pytest.fixture
def judging(project, first, second, owner, member):
    """The owner has scored both, the member the first, two levels lower."""
    application = factories.make_application(project=project)
    factories.make_scores(application, owner, level=3)
    score(application, first, member, level=1)
    return application


def test_both_are_asked_once_when_both_have_finished(judging, first, second, owner, member):
    assert notices() == []
    score(judging, second, member, level=2)
    found = notices()
    assert [notice.recipient for notice in found] == [owner, member]
    assert "in SQL." in found[0].body
    assert found[0].needs_action
    assert judging.student.display_name not in found[0].title + found[0].body
    score(judging, second, member, level=3)
    assert len(notices()) == 2


@pytest.mark.parametrize("end", ["agreed", "changed", "declined", "withdrawn", "lapsed"])
def test_nobody_is_asked_any_more_once_it_is_over(judging, first, second, owner, member, end):
    score(judging, second, member, level=2)
    assert len(notices(done_at=None)) == 2
    if end == "agreed":
        agree(judging, first, owner)
    elif end == "changed":
        score(judging, first, member, level=2)
    elif end == "declined":
        actions.decline_application(application=judging, reason="availability", by=owner, at=LATER)
    elif end == "withdrawn":
        actions.withdraw_application(application=judging, by=judging.student.user, at=LATER)
    else:
        actions.lapse_decisions(at=judging.project.decisions_due_at + timedelta(minutes=1))
    assert notices(done_at=None) == []


# --- The pages ---


def page_of(application, number=1):
    return reverse("applications:reconcile", args=[application.code, number])


def test_the_page_shows_both_reasons_beside_the_evidence(application, client_of, owner, member):
    Score.objects.filter(assessment__assessor=member).update(justification="Only the last query is theirs.")
    page = client_of(owner).get(page_of(application)).content.decode()
    for words in ("The query is theirs.", "Only the last query is theirs.", "Mel Member", "I wrote the queries."):
        assert words in page
    assert application.student.display_name not in page
    form = client_of(owner).get(page_of(application)).context["agree"]
    assert [value for value, _label in form.fields["level"].choices] == [1, 2, 3]


def test_either_form_settles_it(application, client_of, owner, member):
    client = client_of(owner)
    sent = {"act": "agreed", "agreed-level": "2", "agreed-reason": "Half of it is copied."}
    assert client.post(page_of(application), sent).status_code == 302
    page = client.get(page_of(application)).content.decode()
    assert "Agreed: Meets" in page
    sent = {"act": "own", "own-level": "1", "own-justification": "I had missed the template."}
    assert client.post(page_of(application, 2), sent).status_code == 302
    assert (
        "Settle the scores first"
        not in client.get(reverse("applications:shortlist", args=[application.code])).content.decode()
    )
    page = client.get(page_of(application)).content.decode()
    assert "Half of it is copied." in page


def test_a_mistake_loses_nothing(application, client_of, owner):
    answer = client_of(owner).post(page_of(application), {"act": "agreed", "agreed-reason": "Half of it is copied."})
    assert answer.status_code == 422
    assert "Choose the level that you agree on." in answer.content.decode()
    assert "Half of it is copied." in answer.content.decode()
    answer = client_of(owner).post(page_of(application), {"act": "own", "own-level": "2", "own-justification": ""})
    assert answer.status_code == 422


def test_what_was_changed_is_shown(application, first, client_of, owner):
    score(application, first, owner, level=2)
    score(application, first, owner, level=3)
    page = client_of(owner).get(page_of(application)).content.decode()
    assert "What was changed: 2" in page
    assert "Exceeds became Meets." in page


@pytest.mark.parametrize(("numbers", "status"), [((0, 3), 404), ((1, 2), 302)])
def test_a_page_that_does_not_fit_leads_away(project, client_of, owner, numbers, status):
    application = factories.make_application(project=project)
    factories.make_scores(application, owner)
    for number in numbers:
        assert client_of(owner).get(page_of(application, number)).status_code == status


def test_the_board_and_the_decisions_ask_for_it(application, project, client_of, owner, member):
    client = client_of(owner)

    def read(name, *args):
        return client.get(reverse(f"applications:{name}", args=args)).content.decode()

    assert "2 scores to settle" in read("board", project.code)
    assert "Settle the scores first" in read("compare", project.code)
    assert "Settle SQL" in read("shortlist", application.code)
    assert "Settle SQL" in read("decline", application.code)
    assert "Settle the scores" in read("applicant", application.code)


def test_who_has_not_finished_learns_that_it_is_open_only_on_deciding(application, project, client_of):
    third = factories.make_assessor(project.organization)
    client = client_of(third)
    board = client.get(reverse("applications:board", args=[project.code])).content.decode()
    assert "to settle" not in board
    assert "Scores differ" not in board
    page = client.get(reverse("applications:shortlist", args=[application.code])).content.decode()
    assert "When all your own scores are in" in page
    assert "Settle SQL" not in page
    assert client.get(page_of(application)).status_code == 302
