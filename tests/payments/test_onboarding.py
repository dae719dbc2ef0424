"""The student's Stripe account: asked for when work is in sight, made once, believed only when re-fetched."""

from datetime import timedelta

import pytest

from engagements.next_actions import for_user as actions_of_work
from marketplace.errors import DomainError, Unavailable
from marketplace.notifications.models import Notification
from payments import actions
from payments.models import MoneyOperation, PayoutAccount
from payments.next_actions import for_user
from payments.words import HOLD, requirement_words
from tests.engagements.factories import make_review
from tests.factories import NOW, make_application, make_engagement
from tests.payments.factories import make_account, make_funding, make_payout, onboard

pytestmark = pytest.mark.django_db(transaction=True)


def start(user):
    return actions.start_onboarding(student=user.student, by=user, at=NOW)


@pytest.mark.parametrize("outcome", ["pending", "restricted", "rejected"])
def test_stripes_word_is_taken_over(student, simulator, outcome):
    account = onboard(student.student, simulator, outcome)
    assert (account.transfers_status, account.is_ready, account.checked_at) == (outcome, False, NOW)
    assert Notification.objects.filter(recipient=student).count() == 0


def test_ready_is_told_once(student, simulator):
    account = onboard(student.student, simulator)
    actions.sync_account(account.stripe_id, at=NOW)
    assert [row.title for row in Notification.objects.filter(recipient=student)] == ["You are ready to be paid"]


def test_ready_no_more_asks_the_student(student, simulator):
    account = onboard(student.student, simulator)
    simulator.control("POST", f"accounts/{account.stripe_id}/close")
    actions.sync_account(account.stripe_id, at=NOW)
    notice = Notification.objects.get(recipient=student, kind="money.account")
    assert (notice.needs_action, notice.title) == (True, "Stripe cannot pay you at the moment")


def test_a_timeout_makes_no_second_account(student, simulator):
    simulator.fault("timeout", "/v2/core/accounts", when="after", seconds=2)
    with pytest.raises(Unavailable):
        start(student)
    assert start(student).startswith(simulator.address)
    assert len(simulator.control("GET", "accounts")["accounts"]) == 1
    assert PayoutAccount.objects.count() == 1


def test_what_stripe_refuses_is_said_and_can_be_tried_again(student, simulator):
    simulator.fault("error", "/v2/core/accounts", error={"code": "country_unsupported"})
    with pytest.raises(DomainError) as refused:
        start(student)
    assert refused.value.code == "not_possible"
    assert start(student).startswith(simulator.address)
    assert MoneyOperation.objects.get().status == "done"


def test_an_account_that_money_waits_for_is_asked_about(student, simulator):
    account = onboard(student.student, simulator, "pending")
    engagement = make_engagement(student=student.student)
    make_payout(engagement, status="held")
    simulator.control("POST", f"accounts/{account.stripe_id}/capability", status="active")
    actions.sync_waiting_accounts(at=NOW + timedelta(minutes=5))
    account.refresh_from_db()
    assert account.transfers_status == "pending"
    actions.sync_waiting_accounts(at=NOW + timedelta(minutes=10))
    account.refresh_from_db()
    assert account.transfers_status == "active"


def test_the_return_page_asks_stripe(student, client_of, simulator):
    start(student)
    client = client_of(student)
    page = client.get("/payments/payouts/done/", follow=True).content.decode()
    assert "Not finished" in page
    assert "Your date of birth" in page
    simulator.onboard(PayoutAccount.objects.get().stripe_id)
    page = client.get("/payments/payouts/done/", follow=True).content.decode()
    assert "Ready to be paid" in page
    assert client.post("/payments/payouts/dashboard/").url.startswith(simulator.address)


def test_the_refresh_address_makes_a_new_link(student, client_of, simulator):
    first = client_of(student).post("/payments/payouts/").url
    second = client_of(student).get("/payments/payouts/again/").url
    assert first.startswith(simulator.address)
    assert second != first


def test_it_is_asked_for_when_work_is_in_sight(student):
    assert for_user(student, NOW) == []
    application = make_application(student=student.student)
    assert for_user(student, NOW) == []
    application.status, application.revealed_at = "shortlisted", NOW
    application.save()
    action = for_user(student, NOW)[0]
    assert (action.text, action.url) == ("Set up payouts, so that you can be paid", "/payments/payouts/")
    make_account(student.student, "restricted")
    assert for_user(student, NOW)[0].text == "Finish setting up payouts, so that you can be paid"
    PayoutAccount.objects.update(transfers_status="active")
    assert for_user(student, NOW) == []


def test_a_held_payout_is_asked_for_by_the_engagement_and_not_twice(student):
    engagement = make_engagement(student=student.student, status="approved")
    make_funding(engagement, status="paid")
    make_payout(engagement, status="held")
    assert for_user(student, NOW) == []


def test_a_payout_on_hold_keeps_no_review_waiting(student):
    engagement = make_engagement(student=student.student, status="approved")
    make_funding(engagement, status="paid")
    make_payout(engagement, status="held", waits_for_student=True)

    def asked(at=NOW):
        return [action.text for action in actions_of_work(student, at)]

    payouts = "Set up payouts to receive $480"
    assert asked() == [payouts, f"Review {engagement.organization} for “{engagement.project}”"]
    assert asked(NOW + timedelta(days=400)) == [payouts]
    make_review(engagement, "student", student)
    assert asked() == [payouts]


def test_a_part_on_hold_is_asked_for_beside_the_work(student):
    """The engagement asks for the delivery, so nobody else says that money waits."""
    engagement = make_engagement(student=student.student, status="active")
    make_funding(engagement, status="paid")
    make_payout(engagement, status="held")
    assert for_user(student, NOW)[0].about == f"$480 for “{engagement.project}” is waiting for you"


def test_what_is_held_gives_todays_reason(student, simulator):
    engagement = make_engagement(student=student.student, status="approved")
    make_funding(engagement, status="paid")
    payout = make_payout(engagement, status="held", hold_reason=HOLD["unrequested"], waits_for_student=True)
    onboard(student.student, simulator, "restricted")
    payout.refresh_from_db()
    assert payout.hold_reason == "Stripe needs more information from you before it can pay you."


def test_the_payout_page_does_not_contradict_itself(student, client_of):
    engagement = make_engagement(student=student.student, status="approved")
    make_funding(engagement, status="paid")
    make_payout(engagement, status="held", waits_for_student=True)
    assert "$480 is waiting for you" in client_of(student).get("/payments/payouts/").content.decode()
    make_account(student.student)
    page = client_of(student).get("/payments/payouts/").content.decode()
    assert "$480 is being sent" in page
    assert "is waiting for you" not in page


def test_requirements_in_words():
    asked = [
        "individual.dob",
        "individual.address",
        "external_account",
        "individual.verification.document",
    ]
    assert requirement_words([*asked, "odd.thing", "individual.address.city"]) == [
        "your date of birth", "your address", "a bank account or debit card", "an identity document",
        "a detail that Stripe will name",
    ]  # fmt: skip
