"""The student vanished: the money stays for the runner-up for a week, then it goes back."""

from datetime import timedelta

import pytest

from engagements.models import Engagement
from engagements.queries import as_seen_by
from engagements.standing import standing
from marketplace.errors import InvalidTransition
from payments import actions, ledger
from payments.models import Funding
from payments.queries import with_money
from payments.standing import amounts_for_organization, line_for_organization
from tests.factories import NOW, make_application
from tests.payments.factories import deliver, fund, make_awaiting, onboard, settle
from tests.payments.faults.world import amounts, assert_books_agree

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
GONE = NOW + 4 * DAY  # the kickoff was due on the third


@pytest.fixture
def vanished(organization, owner, simulator):
    """Paid; the student never confirmed the kickoff and was replaced."""
    engagement = make_awaiting(organization)
    fund(engagement, owner, simulator)
    return actions.replace_student(engagement=engagement, by=owner, at=GONE)


@pytest.fixture
def offered(vanished):
    """The Application of the runner-up, with an open offer."""
    expires_at = GONE + 3 * DAY
    return make_application(project=vanished.project, status="offered", offered_at=GONE, offer_expires_at=expires_at)


def accept(application, at=GONE + DAY):
    return actions.accept_offer(application=application, by=application.student.user, at=at)


def test_who_has_not_vanished_is_not_replaced(organization, owner, simulator):
    engagement = make_awaiting(organization)
    fund(engagement, owner, simulator)
    with pytest.raises(InvalidTransition):
        actions.replace_student(engagement=engagement, by=owner, at=NOW + DAY)
    assert (Engagement.objects.get().status, Funding.objects.get().kept_until) == ("active", None)


def test_what_was_paid_is_kept_and_replacing_twice_changes_nothing(vanished, owner, simulator):
    actions.replace_student(engagement=vanished, by=owner, at=GONE + DAY)
    settle(GONE)
    funding = Funding.objects.get()
    assert (vanished.status, funding.kept_until, vanished.replacement_until) == ("cancelled", *[GONE + 7 * DAY] * 2)
    assert simulator.refunds(vanished.code) == []
    assert ledger.balance(ledger.held(vanished), "usd") == 52_800


def test_the_runner_up_starts_on_the_same_funding(vanished, offered, owner, simulator):
    engagement = accept(offered)
    assert accept(offered) == engagement
    funding = Funding.objects.get()
    assert (engagement.status, funding.engagement, funding.kept_until) == ("active", engagement, None)
    held = [ledger.balance(ledger.held(row), "usd") for row in (vanished, engagement)]
    assert held == [0, 52_800]
    old = with_money(Engagement.objects.all()).get(pk=vanished.pk)
    assert line_for_organization(old).word == "Pays for the next student"
    assert ("Pays for the next student", 52_800) in amounts_for_organization(old)
    onboard(engagement.student, simulator)
    actions.approve_delivery(engagement=deliver(engagement), by=owner, at=GONE + DAY)
    settle(GONE + DAY)
    assert amounts(simulator.transfers(vanished.code)) == [48_000]  # the charge's group is that of the payment
    assert actions.give_back_unused(at=GONE + 8 * DAY) == 0
    assert_books_agree(simulator)


def test_what_was_released_in_part_does_not_pay_for_a_runner_up(organization, owner, simulator):
    """It is less than the next student costs: that one is paid for anew, and the rest goes back."""
    engagement = make_awaiting(organization)
    onboard(engagement.student, simulator)
    fund(engagement, owner, simulator)
    Engagement.objects.update(kickoff_student_at=NOW, kickoff_organization_at=NOW, due_at=NOW + DAY)
    actions.release_part(engagement=engagement, amount=20_000, by=owner, at=NOW)
    actions.replace_student(engagement=engagement, by=owner, at=GONE)
    offer = {"offered_at": GONE, "offer_expires_at": GONE + 3 * DAY}
    second = accept(make_application(project=engagement.project, status="offered", **offer))
    assert (second.status, Funding.objects.get().engagement) == ("awaiting_funding", engagement)
    assert actions.give_back_unused(at=GONE + 7 * DAY) == 1
    settle(GONE + 7 * DAY)
    assert amounts(simulator.refunds(engagement.code)) == [52_800 - 22_000]
    assert_books_agree(simulator)


def test_nobody_came_and_after_a_week_it_goes_back_once(vanished, simulator):
    until = GONE + 7 * DAY
    assert actions.give_back_unused(at=until - timedelta(seconds=1)) == 0
    assert [actions.give_back_unused(at=until) for _ in range(2)] == [1, 0]
    settle(until)
    assert amounts(simulator.refunds(vanished.code)) == [52_800]
    assert_books_agree(simulator)


def test_the_employer_may_have_it_back_at_once(vanished, offered, owner, simulator):
    for _ in range(2):
        actions.give_back_kept(engagement=vanished, by=owner, at=GONE)
    row = as_seen_by(owner).get(pk=vanished.pk)
    assert "back to you" in standing(row, owner, GONE).detail
    assert accept(offered).status == "awaiting_funding"
    settle(GONE)
    assert amounts(simulator.refunds(vanished.code)) == [52_800]
    assert_books_agree(simulator)
