"""The pages, notices and reminders of change orders: who is offered what, and until when."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from engagements import actions
from engagements.models import ChangeOrder
from engagements.next_actions import for_user
from marketplace.clock import now
from marketplace.notifications.models import Notification
from tests.engagements.factories import count_queries, engage, first_line, make_change_order, told
from tests.factories import NOW, make_project

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
GOOD = {"title": "A second map", "description": "For 2025.", "hours": "4", "fee": "120", "extra_days": "7"}


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


def page(name, engagement, *more):
    return reverse(f"engagements:{name}", args=[engagement.code, *more])


def read(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


class TestPropose:
    def test_the_workspace_offers_it_to_the_team_only(self, active, owner, student, moderator, finance, client_of):
        link = page("propose_change_order", active)
        shown = [
            link in read(client_of(person), active.get_absolute_url())
            for person in (owner, student, moderator, finance)
        ]
        assert shown == [True, False, False, False]
        make_change_order(active, owner)
        assert link not in read(client_of(owner), active.get_absolute_url())

    def test_sends_it(self, active, owner, student, client_of):
        answer = client_of(owner).post(page("propose_change_order", active), GOOD)
        order = ChangeOrder.objects.get()
        assert answer.url == order.get_absolute_url()
        assert (order.fee_amount, order.service_fee_amount, order.extra_days) == (12_000, 1_200, 7)
        assert told(student) == ["engagement.change_order"]
        assert first_line(student, "engagement.change_order") == (
            "$120 more for about 4 hours: “A second map”. Answer by Sat 7 Mar, 15:00 UTC."
        )

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"fee": "79"}, "Pay at least $80: 4 h × $20 an hour is the floor for everybody."),
            ({"fee": "12,000"}, "A fee is at most $10,000."),
            ({"fee": "9,900"}, "With the fee of the project this is more than $10,000."),
            ({"fee": "a lot"}, "Write an amount with a point before the cents, like 480 or 480.50."),
            ({"hours": "21"}, "less than or equal to 20"),
            ({"extra_days": "46"}, "less than or equal to 45"),
            ({"title": " "}, "Say in one line what is to be done."),
            ({"description": ""}, "Say what the next version has to contain."),
        ],
    )
    def test_keeps_what_was_typed(self, active, owner, client_of, wrong, said):
        typed = GOOD | {"description": "Kept word for word.", "fee": "120.50"} | wrong
        answer = client_of(owner).post(page("propose_change_order", active), typed)
        body = answer.content.decode()
        assert (answer.status_code, ChangeOrder.objects.count()) == (422, 0)
        assert said in body
        for value in filter(str.strip, typed.values()):
            assert value in body

    def test_the_rate_is_said_without_javascript_too(self, active, owner, client_of):
        answer = client_of(owner).post(page("propose_change_order", active), GOOD | {"title": ""})
        assert "$120 ÷ 4 h = $30/h" in answer.content.decode()

    def test_says_when_it_is_not_possible(self, project, student, owner, client_of):
        engagement = engage(project, student, status="approved")
        body = read(client_of(owner), page("propose_change_order", engagement))
        assert "A change order is possible between the kickoff and the approval" in body
        assert 'name="fee"' not in body


class TestOrderPage:
    @pytest.fixture
    def order(self, active, owner):
        return make_change_order(active, owner)

    def test_the_student_reads_the_fee_and_answers(self, order, student, client_of):
        body = read(client_of(student), order.get_absolute_url())
        for words in ("Your turn: answer the change order", "$120 more, for about 4 hours", "$600 instead of $480"):
            assert words in body
        assert "$132" not in body
        assert page("accept_change_order", order.engagement, order.code) in body
        assert page("withdraw_change_order", order.engagement, order.code) not in body

    def test_the_organization_reads_the_total_and_may_withdraw(self, order, owner, finance, client_of):
        body = read(client_of(owner), order.get_absolute_url())
        assert "$132" in body
        assert page("withdraw_change_order", order.engagement, order.code) in body
        assert page("accept_change_order", order.engagement, order.code) not in body
        assert "$132" in read(client_of(finance), order.get_absolute_url())

    def test_accepting_asks_the_payers(self, order, student, owner, member, finance, client_of):
        client_of(student).post(page("accept_change_order", order.engagement, order.code))
        order.refresh_from_db()
        assert order.status == "accepted"
        assert told(owner) == told(finance) == ["engagement.fund_change_order"]
        assert told(member) == ["engagement.order_accepted"]
        pay = f"{reverse('payments:fund', args=[order.engagement.code])}?change_order={order.code}"
        assert Notification.objects.get(recipient=finance).url == pay
        assert f'href="{pay}"' in read(client_of(finance), order.get_absolute_url())
        assert f'href="{pay}"' not in read(client_of(member), order.get_absolute_url())

    def test_a_refusal_without_a_reason_is_asked_again(self, order, student, owner, client_of):
        path, client = page("refuse_change_order", order.engagement, order.code), client_of(student)
        assert client.post(path, {"reason": " "}).status_code == 422
        assert client.post(path, {"reason": "I have exams."}).status_code == 302
        assert told(owner) == ["engagement.order_refused"]
        assert "I have exams." in read(client_of(owner), order.get_absolute_url())
        assert client.get(path).status_code == 302

    def test_what_is_over_is_refused_in_words(self, order, student, client_of):
        ChangeOrder.objects.update(status="withdrawn")
        answer = client_of(student).post(page("accept_change_order", order.engagement, order.code), follow=True)
        assert "This change order is withdrawn now." in answer.content.decode()

    def test_of_another_engagement(self, order, project, other_student, owner, client_of):
        other = engage(make_project(organization=project.organization), other_student)
        assert client_of(owner).get(page("change_order", other, order.code)).status_code == 404

    @pytest.mark.parametrize("answered", [False, True])
    def test_says_why_it_lapsed(self, project, student, owner, finance, client_of, answered):
        """By its own clock, with a dispute, or with the engagement."""
        waits_for, words = ("paid" if answered else "answered"), []
        for end in (
            lambda _work: actions.lapse_change_orders(at=NOW + 5 * DAY),
            lambda work: actions.open_dispute(engagement=work, problem="It is late.", by=owner, at=NOW + DAY),
            lambda work: actions.mark_cancelled(engagement=work, by=student, reason="I am ill.", at=NOW + DAY),
        ):
            work = engage(make_project(organization=project.organization), student)
            order = make_change_order(work, owner, "accepted" if answered else "proposed")
            end(work)
            body = read(client_of(finance), order.get_absolute_url())
            assert page("dispute", work) not in body
            words.append(re.search(r"<p>(It [^<]*) (?:Nothing has|The fee)", body)[1])
            assert (page("dispute", work) in read(client_of(student), order.get_absolute_url())) == (len(words) == 2)
        assert words == [
            f"It was not {waits_for} in time.",
            f"It ended when a dispute was opened, before it was {waits_for}.",
            f"It ended with the engagement, before it was {waits_for}.",
        ]

    @pytest.mark.parametrize("status", ChangeOrder.Status.values)
    def test_every_state_has_words_for_everybody(
        self, active, student, owner, finance, moderator, client_of, status
    ):  # fmt: skip
        order = make_change_order(active, owner, status)
        for person in (student, owner, finance, moderator):
            body = read(client_of(person), order.get_absolute_url())
            assert re.search(r"<h1>A second map</h1>", body)
            assert read(client_of(person), active.get_absolute_url())


class TestSettles:
    def needing(self, user):
        return list(
            Notification.objects.filter(recipient=user, needs_action=True, done_at=None).values_list("kind", flat=True)
        )

    def test_each_answer_ends_what_was_asked(self, active, student, owner):
        order = actions.propose_change_order(
            engagement=active, title="More", description="A map.", hours=2, fee_amount=6_000, by=owner, at=NOW
        )
        assert self.needing(student) == ["engagement.change_order"]
        actions.accept_change_order(change_order=order, by=student, at=NOW)
        assert (self.needing(student), self.needing(owner)) == ([], ["engagement.fund_change_order"])
        actions.mark_change_order_funded(change_order=order, at=NOW)
        assert self.needing(owner) == []
        assert first_line(student, "engagement.order_funded").startswith("Your fee is $540 now")

    def test_the_end_of_the_engagement_ends_it_quietly(self, active, student, owner):
        actions.propose_change_order(
            engagement=active, title="More", description="A map.", hours=2, fee_amount=6_000, by=owner, at=NOW
        )
        actions.open_dispute(engagement=active, problem="It is late.", by=owner, at=NOW)
        assert self.needing(student) == []
        assert told(student) == ["engagement.change_order", "engagement.disputed"]


class TestHome:
    def texts(self, user, at=NOW):
        return [action.text for action in for_user(user, at)]

    def test_answer_and_pay(self, active, student, owner, member, finance):
        order = make_change_order(active, owner)
        assert self.texts(student)[-1] == "Answer the change order “A second map”"
        assert self.texts(owner) == []
        ChangeOrder.objects.filter(pk=order.pk).update(
            status="accepted", answered_at=NOW, funding_due_at=NOW + 5 * DAY
        )  # fmt: skip
        assert "Answer the change order “A second map”" not in self.texts(student)
        assert self.texts(owner) == self.texts(finance) == ["Pay $132 for “A second map”"]
        assert self.texts(member) == []


class TestReminders:
    def test_a_day_before_each_end_once(self, active, student, owner, finance):
        order = make_change_order(active, owner)
        assert actions.remind_of_answers(at=NOW + 4 * DAY - HOUR) == 0
        assert actions.remind_of_answers(at=NOW + 4 * DAY) == 1
        assert actions.remind_of_answers(at=NOW + 4 * DAY + HOUR) == 0
        assert told(student) == ["engagement.change_order"]
        actions.accept_change_order(change_order=order, by=student, at=NOW + 4 * DAY)
        assert actions.remind_of_answers(at=NOW + 8 * DAY) == 1
        assert told(finance) == ["engagement.fund_change_order"] * 2
        assert actions.remind_of_answers(at=NOW + 9 * DAY) == 0


def test_queries_do_not_grow_with_the_orders(active, owner, client_of):
    client = client_of(owner)
    make_change_order(active, owner, "refused")
    client.get(active.get_absolute_url())
    first = count_queries(client, active.get_absolute_url())
    make_change_order(active, owner, "funded"), make_change_order(active, owner, "lapsed")
    assert count_queries(client, active.get_absolute_url()) == first
    assert now() == NOW
