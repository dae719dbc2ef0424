"""From the offer to the start of the work."""

from datetime import timedelta

import pytest

from engagements import actions
from engagements.models import Engagement
from marketplace.activity.models import Event
from marketplace.errors import DomainError, InvalidTransition, LimitReached
from marketplace.notifications.models import Notification
from tests.factories import NOW, make_application, make_engagement, make_project, make_student

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def told(user):
    return list(Notification.objects.filter(recipient=user).order_by("pk").values_list("kind", flat=True))


@pytest.fixture
def offer(project, student):
    return make_application(project=project, student=student.student, status="offered")


class TestAcceptOffer:
    def test_opens_an_engagement_with_the_amounts_of_today(self, offer, student, owner):
        engagement = actions.accept_offer(application=offer, by=student, at=NOW)
        offer.refresh_from_db()
        assert offer.status == "accepted"
        assert (engagement.status, engagement.fee_amount, engagement.service_fee_amount) == (
            "awaiting_funding", 48_000, 4_800,
        )  # fmt: skip
        assert engagement.funding_due_at == NOW + 5 * DAY
        assert told(owner) == ["engagement.fund"]
        assert told(student) == ["offer.accepted"]
        notice = Notification.objects.get(recipient=owner)
        assert notice.title == "Robin Quist accepted your offer: fund $528 by Sat 7 Mar, 15:00 UTC"
        assert notice.needs_action is True

    def test_twice_gives_the_same_engagement(self, offer, student):
        first = actions.accept_offer(application=offer, by=student, at=NOW)
        second = actions.accept_offer(application=offer, by=student, at=NOW + DAY)
        assert second == first
        assert Engagement.objects.count() == 1
        assert Event.objects.filter(verb="offer.accepted").count() == 1

    def test_the_last_place_closes_the_project_and_answers_everybody(self, offer, project, student):
        waiting = make_application(project=project, status="shortlisted")
        actions.accept_offer(application=offer, by=student, at=NOW)
        project.refresh_from_db(), waiting.refresh_from_db()
        assert (project.status, project.close_reason) == ("closed", "filled")
        assert (waiting.status, waiting.reason) == ("not_selected", "filled")

    def test_a_project_with_places_left_stays_open(self, organization, owner, student):
        project = make_project(organization=organization, places=2)
        offer = make_application(project=project, student=student.student, status="offered")
        waiting = make_application(project=project, status="shortlisted")
        actions.accept_offer(application=offer, by=student, at=NOW)
        project.refresh_from_db(), waiting.refresh_from_db()
        assert (project.status, waiting.status) == ("open", "shortlisted")

    def test_an_expired_offer_is_refused(self, offer, student):
        with pytest.raises(DomainError) as refusal:
            actions.accept_offer(application=offer, by=student, at=NOW + 3 * DAY)
        assert refusal.value.code == "offer_expired"
        offer.refresh_from_db()
        assert offer.status == "offered"
        assert Engagement.objects.count() == 0

    @pytest.mark.parametrize("status", ["submitted", "shortlisted", "declined", "withdrawn", "not_selected", "lapsed"])
    def test_without_an_open_offer_it_is_refused(self, project, student, status):
        application = make_application(project=project, student=student.student, status=status)
        with pytest.raises(InvalidTransition):
            actions.accept_offer(application=application, by=student, at=NOW)
        assert Engagement.objects.count() == 0

    def test_no_place_left(self, offer, project, student):
        make_engagement(application=make_application(project=project, status="accepted"))
        with pytest.raises(LimitReached):
            actions.accept_offer(application=offer, by=student, at=NOW)
        assert Engagement.objects.count() == 1

    def test_a_cancelled_engagement_frees_its_place(self, offer, project, student):
        make_engagement(application=make_application(project=project, status="accepted"), status="cancelled")
        actions.accept_offer(application=offer, by=student, at=NOW)
        assert Engagement.objects.filter(status="awaiting_funding").count() == 1

    @pytest.mark.parametrize("status", ["cancelled", "removed"])
    def test_a_project_that_is_gone(self, organization, owner, student, status):
        project = make_project(organization=organization, status=status)
        offer = make_application(project=project, student=student.student, status="offered")
        with pytest.raises(InvalidTransition):
            actions.accept_offer(application=offer, by=student, at=NOW)
        assert Engagement.objects.count() == 0


class TestFundedAndKickoff:
    def test_funding_starts_the_kickoff_clock(self, student, owner, project):
        engagement = make_engagement(
            status="awaiting_funding",
            application=make_application(project=project, student=student.student, status="accepted"),
        )
        actions.mark_funded(engagement=engagement, at=NOW)
        engagement.refresh_from_db()
        assert (engagement.status, engagement.kickoff_due_at) == ("active", NOW + 3 * DAY)
        assert engagement.due_at.isoformat() == "2026-04-06T23:59:00+00:00"
        assert told(student) == told(owner) == ["engagement.kickoff"]

    def test_a_late_payment_still_leaves_three_days(self, project):
        engagement = make_engagement(
            status="awaiting_funding", application=make_application(project=project, status="accepted")
        )
        actions.mark_funded(engagement=engagement, at=NOW + 60 * DAY)
        engagement.refresh_from_db()
        assert engagement.due_at == NOW + 63 * DAY

    def test_the_day_ends_where_the_project_was_posted(self, organization, owner):
        owner.time_zone = "America/Los_Angeles"
        owner.save()
        project = make_project(organization=organization)
        engagement = make_engagement(
            status="awaiting_funding", application=make_application(project=project, status="accepted")
        )
        actions.mark_funded(engagement=engagement, at=NOW)
        engagement.refresh_from_db()
        assert engagement.due_at.isoformat() == "2026-04-07T06:59:00+00:00"

    def test_funding_twice_changes_nothing(self, project):
        engagement = make_engagement(status="active")
        actions.mark_funded(engagement=engagement, at=NOW + DAY)
        engagement.refresh_from_db()
        assert engagement.funded_at == NOW
        assert Notification.objects.count() == 0

    def test_funding_a_cancelled_one_is_refused(self):
        engagement = make_engagement(status="cancelled")
        with pytest.raises(InvalidTransition):
            actions.mark_funded(engagement=engagement, at=NOW)
        engagement.refresh_from_db()
        assert (engagement.status, engagement.funded_at) == ("cancelled", None)

    def test_both_sides_confirm(self, student, owner, project):
        engagement = make_engagement(
            application=make_application(project=project, student=student.student, status="accepted"),
            kickoff_student_at=None, kickoff_organization_at=None,
        )  # fmt: skip
        actions.confirm_kickoff(engagement=engagement, by=student, at=NOW)
        assert told(owner) == ["engagement.kickoff_waiting"]
        actions.confirm_kickoff(engagement=engagement, by=student, at=NOW + DAY)
        engagement.refresh_from_db()
        assert (engagement.kickoff_student_at, engagement.kickoff_organization_at) == (NOW, None)
        done = actions.confirm_kickoff(engagement=engagement, by=owner, at=NOW + DAY)
        assert done.kicked_off is True
        assert told(student) == ["engagement.started"]
        verbs = list(Event.objects.order_by("pk").values_list("verb", flat=True))
        assert verbs == ["kickoff.confirmed", "kickoff.confirmed", "kickoff.done"]

    def test_the_kickoff_needs_funding(self, student, project):
        engagement = make_engagement(
            status="awaiting_funding",
            application=make_application(project=project, student=student.student, status="accepted"),
        )
        with pytest.raises(InvalidTransition):
            actions.confirm_kickoff(engagement=engagement, by=student, at=NOW)
        engagement.refresh_from_db()
        assert engagement.kickoff_student_at is None

    def test_strangers_and_finance_cannot_confirm(self, project, finance, other_owner, moderator):
        engagement = make_engagement(
            application=make_application(project=project, status="accepted"),
            kickoff_student_at=None, kickoff_organization_at=None,
        )  # fmt: skip
        for person in (finance, other_owner, moderator):
            with pytest.raises(DomainError):
                actions.confirm_kickoff(engagement=engagement, by=person, at=NOW)
        engagement.refresh_from_db()
        assert (engagement.kickoff_student_at, engagement.kickoff_organization_at) == (None, None)


class TestCancel:
    @pytest.fixture
    def engagement(self, project, student):
        return make_engagement(
            application=make_application(project=project, student=student.student, status="accepted"),
            kickoff_student_at=None, kickoff_organization_at=None,
        )  # fmt: skip

    def test_before_the_kickoff_either_side(self, engagement, owner, student):
        actions.mark_cancelled(engagement=engagement, by=owner, reason="The data is gone.", at=NOW)
        engagement.refresh_from_db()
        assert (engagement.status, engagement.cancel_reason) == ("cancelled", "The data is gone.")
        assert told(student) == told(owner) == ["engagement.cancelled"]

    def test_twice_is_harmless(self, engagement, owner):
        actions.mark_cancelled(engagement=engagement, by=owner, reason="The data is gone.", at=NOW)
        actions.mark_cancelled(engagement=engagement, by=owner, reason="The data is gone.", at=NOW + DAY)
        engagement.refresh_from_db()
        assert (engagement.cancelled_at, engagement.cancel_reason) == (NOW, "The data is gone.")

    def test_who_comes_second_with_another_reason_is_told(self, engagement, owner, student):
        actions.mark_cancelled(engagement=engagement, by=owner, reason="The data is gone.", at=NOW)
        with pytest.raises(InvalidTransition, match=r"ended already: “The data is gone\.”"):
            actions.mark_cancelled(engagement=engagement, by=student, reason="I am ill.", at=NOW + DAY)

    def test_after_the_kickoff_only_the_student(self, project, student, owner):
        engagement = make_engagement(
            application=make_application(project=project, student=student.student, status="accepted")
        )
        with pytest.raises(InvalidTransition):
            actions.mark_cancelled(engagement=engagement, by=owner, reason="Changed our mind", at=NOW)
        engagement.refresh_from_db()
        assert engagement.status == "active"
        actions.mark_cancelled(engagement=engagement, by=student, reason="I am ill", at=NOW)
        engagement.refresh_from_db()
        assert engagement.status == "cancelled"

    @pytest.mark.parametrize("status", ["delivered", "changes_requested", "approved", "disputed"])
    def test_later_it_is_refused(self, project, student, status):
        engagement = make_engagement(
            status=status, application=make_application(project=project, student=student.student, status="accepted")
        )
        with pytest.raises(InvalidTransition):
            actions.mark_cancelled(engagement=engagement, by=student, reason="No", at=NOW)
        engagement.refresh_from_db()
        assert engagement.status == status

    @pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
    def test_the_reason_is_asked_for(self, engagement, owner, reason):
        with pytest.raises(DomainError) as refusal:
            actions.mark_cancelled(engagement=engagement, by=owner, reason=reason, at=NOW)
        assert refusal.value.field == "reason"
        engagement.refresh_from_db()
        assert engagement.status == "active"


def test_a_member_of_the_organization_cannot_accept_for_it(project):
    from engagements.rules import may_accept_offer
    from tests.factories import make_member

    applicant = make_student("Dual Role")
    offer = make_application(project=project, student=applicant, status="offered")
    assert may_accept_offer(applicant.user, offer) is True
    del applicant.user._memberships
    make_member(project.organization, applicant.user)
    assert may_accept_offer(applicant.user, offer) is False
