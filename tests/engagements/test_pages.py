"""The pages: what each person may do is offered and nothing else, input is kept, and lists ask a constant number."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from engagements import actions
from engagements.models import ChangeRequest, Delivery, Engagement, Message
from engagements.next_actions import for_user
from engagements.queries import as_seen_by, with_turn
from engagements.standing import STEPS, standing
from marketplace.clock import now
from marketplace.files.models import StoredFile
from tests.engagements.factories import (
    count_queries,
    engage,
    make_change_order,
    make_change_request,
    make_stored_file,
)
from tests.factories import NOW, make_delivery, make_project

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def page(engagement, name="workspace", *more):
    return reverse(f"engagements:{name}", args=[engagement.code, *more])


def html(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def under_review(project, student):
    """Version 1 arrived just now."""
    at = now()
    return engage(project, student, status="delivered", delivered_at=at, review_due_at=at + 5 * DAY, due_at=at + DAY)


class TestWorkspace:
    def test_each_person_is_offered_only_what_they_may_do(self, under_review, student, owner, moderator, client_of):
        for person, offered in ((owner, True), (student, False), (moderator, False)):
            body = html(client_of(person), page(under_review))
            assert (page(under_review, "delivery", 1) + '" class="button button-primary' in body) is offered
        assert "Write to" not in html(client_of(moderator), page(under_review))

    def test_finance_sees_money_and_not_the_work(self, active, student, finance, client_of):
        actions.send_message(engagement=active, body="The key is in the safe.", by=student, at=NOW)
        body = html(client_of(finance), page(active))
        assert "$528" in body
        assert "in the safe" not in body
        assert "Criterion 1 holds" not in body

    def test_the_student_sees_the_fee_and_not_what_the_organization_pays(self, active, student, client_of):
        body = html(client_of(student), page(active))
        assert "$480" in body
        assert "$528" not in body

    @pytest.mark.parametrize(
        ("fields", "step"),
        [
            ({"status": "awaiting_funding", "funded_at": None}, "Agreed"),
            ({"status": "active", "kickoff_student_at": None}, "Funded"),
            ({"status": "active"}, "In progress"),
            ({"status": "delivered", "delivered_at": NOW, "review_due_at": NOW + 5 * DAY}, "Delivered"),
            ({"status": "approved", "delivered_at": NOW, "approved_at": NOW}, "Approved"),
        ],
    )
    def test_the_stepper_marks_what_is_reached_and_never_more(self, project, student, fields, step):
        engagement = engage(project, student, **fields)
        shown = standing(with_turn().get(pk=engagement.pk), student, NOW)
        assert STEPS[shown.step - 1] == step

    def test_no_address_of_anybody(self, active, student, owner, client_of):
        owner.name = ""
        owner.save()
        actions.send_message(engagement=active, body="Hello", by=owner, at=NOW)
        assert owner.email not in html(client_of(student), page(active))
        assert student.email not in html(client_of(owner), page(active))

    def test_words_of_people_are_text(self, active, student, owner, client_of):
        actions.send_message(engagement=active, body="<script>alert(1)</script>", by=student, at=NOW)
        body = html(client_of(owner), page(active))
        assert "<script>alert" not in body
        assert "&lt;script&gt;alert(1)" in body

    def test_queries_do_not_grow(self, project, student, owner, client_of):
        engagement = engage(project, student)
        client = client_of(owner)

        def fill(number):
            delivery = make_delivery(engagement, number)
            delivery.files.add(make_stored_file(student))
            make_change_request(delivery, owner)
            message = actions.send_message(engagement=engagement, body="Hello", by=student, at=NOW)
            message.files.add(make_stored_file(student))

        fill(1)
        client.get(page(engagement))
        first = count_queries(client, page(engagement))
        fill(2), fill(3)
        assert count_queries(client, page(engagement)) == first


class TestMine:
    def test_tabs(self, project, student, owner, client_of):
        engage(project, student)
        done = engage(make_project(organization=project.organization, title="The old one"), student, status="approved")
        active, finished = reverse("engagements:mine"), reverse("engagements:mine") + "?tab=finished"
        for person in (student, owner):
            assert "The old one" not in html(client_of(person), active)
            assert "The old one" in html(client_of(person), finished)
        assert done.status == "approved"

    def test_others_work_is_not_listed(self, active, other_student, other_owner, client_of):
        for person in (other_student, other_owner):
            assert active.project.title not in html(client_of(person), reverse("engagements:mine"))

    def test_queries_do_not_grow(self, project, student, owner, client_of):
        engage(project, student, status="delivered")
        clients = [client_of(student), client_of(owner)]
        path = reverse("engagements:mine")
        [client.get(path) for client in clients]
        first = [count_queries(client, path) for client in clients]
        for _ in range(2):
            engage(make_project(organization=project.organization), student, status="delivered")
        assert [count_queries(client, path) for client in clients] == first

    def test_pages_of_twenty(self, project, student, client_of):
        for number in range(21):
            engage(make_project(organization=project.organization, title=f"Project {number:02}"), student)
        first = client_of(student).get(reverse("engagements:mine"))
        assert len(first.context["rows"]) == 20
        second = client_of(student).get(reverse("engagements:mine") + first.context["next_page"])
        assert [row.project.title for row, _standing, _side in second.context["rows"]] == ["Project 00"]


class TestMessage:
    def post(self, client, engagement, **data):
        return client.post(page(engagement, "message"), data)

    def test_with_a_file(self, active, student, owner, client_of):
        upload = SimpleUploadedFile("notes.txt", b"Three questions")
        self.post(client_of(student), active, body="See the notes", files=[upload], code="abcdefghjk")
        stored = StoredFile.objects.get()
        response = client_of(owner).get(page(active, "file", stored.code))
        assert b"".join(response.streaming_content) == b"Three questions"
        assert response["Content-Disposition"] == 'attachment; filename="notes.txt"'
        response.close()

    def test_a_double_click_is_one_message(self, active, student, client_of):
        client = client_of(student)
        for _ in range(2):
            assert self.post(client, active, body="Hello", code="abcdefghjk").status_code == 302
        assert Message.objects.count() == 1

    def test_a_code_that_we_did_not_draw_is_not_used(self, active, student, owner, client_of):
        for code in ("//evil.examp", "abcdefghjk"):
            self.post(client_of(student), active, body="Hello", code=code)
        self.post(client_of(owner), active, body="Hello", code="abcdefghjk")  # the student's, not theirs
        codes = list(Message.objects.order_by("pk").values_list("code", flat=True))
        assert codes[1] == "abcdefghjk"
        assert all(re.fullmatch("[2-9a-z]{10}", code) for code in codes)
        assert len(set(codes)) == 3

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"body": ""}, "Write a message or choose a file."),
            ({"body": "x" * 5_001}, "at most 5000 characters (it has 5001)"),
            ({"body": "Here", "files": [SimpleUploadedFile("x.svg", b"<svg/>")]}, "SVG drawings can carry scripts."),
        ],
    )
    def test_refused_input_is_kept(self, active, student, client_of, data, words):
        response = self.post(client_of(student), active, **data)
        body = response.content.decode()
        assert response.status_code == 422
        assert words in body
        assert data["body"] in body
        assert (Message.objects.count(), StoredFile.objects.count()) == (0, 0)

    def test_not_when_cancelled(self, project, student, client_of):
        engagement = engage(project, student, status="cancelled")
        assert self.post(client_of(student), engagement, body="Why?").status_code == 422
        assert Message.objects.count() == 0

    def test_a_file_of_another_engagement_is_not_found(self, active, student, owner, client_of):
        stored = make_stored_file(student)
        assert client_of(owner).get(page(active, "file", stored.code)).status_code == 404


class TestDeliver:
    def test_with_a_file_only(self, active, student, client_of):
        upload = SimpleUploadedFile("clean.csv", b"a,b\n1,2\n")
        response = client_of(student).post(page(active, "deliver"), {"note": "Done", "files": [upload]})
        assert (response.status_code, Delivery.objects.get().files.count()) == (302, 1)

    def test_a_refused_delivery_leaves_no_file(self, project, student, client_of):
        engagement = engage(project, student, kickoff_organization_at=None)
        upload = SimpleUploadedFile("clean.csv", b"a,b\n1,2\n")
        response = client_of(student).post(page(engagement, "deliver"), {"note": "Done", "files": [upload]})
        assert response.status_code == 422
        assert (Delivery.objects.count(), StoredFile.objects.count()) == (0, 0)

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"note": "", "link": "https://work.example"}, "Say in a few sentences what is in this version."),
            ({"note": "Kept text"}, "Add a link or at least one file."),
            ({"note": "Kept text", "link": "javascript:alert(1)"}, "Enter a valid URL."),
        ],
    )
    def test_refused_input_is_kept(self, active, student, client_of, data, words):
        response = client_of(student).post(page(active, "deliver"), data)
        body = response.content.decode()
        assert response.status_code == 422
        assert words in body
        assert data["note"] in body
        assert Delivery.objects.count() == 0


class TestJudge:
    def fields(self, engagement, *rows):
        criteria = list(engagement.project.criteria.order_by("position"))
        data = {}
        for position, verdict, comment in rows:
            data |= {f"verdict_{criteria[position].pk}": verdict, f"comment_{criteria[position].pk}": comment}
        return data

    def post(self, client, engagement, *rows, version=1):
        return client.post(page(engagement, "request_changes", version), self.fields(engagement, *rows))

    def test_a_change_request(self, under_review, owner, student, client_of):
        response = self.post(client_of(owner), under_review, (0, "met", ""), (1, "not_yet", "Two rows are missing."))
        assert response.status_code == 302
        assert [item.comment for item in ChangeRequest.objects.get().items.all()] == ["Two rows are missing."]
        assert "Two rows are missing." in html(client_of(student), page(under_review, "deliver"))

    @pytest.mark.parametrize(
        ("rows", "words"),
        [
            ([], "Mark at least one acceptance criterion as Not yet"),
            ([(0, "met", "")], "Mark at least one acceptance criterion as Not yet"),
            ([(0, "not_yet", "")], "Say what is missing."),
            ([(0, "met", "Typed words")], "Choose Not yet, or remove the comment."),
            ([(0, "not_yet", "x" * 501)], "at most 500 characters (it has 501)"),
        ],
    )
    def test_refused_input_is_kept(self, under_review, owner, client_of, rows, words):
        response = self.post(client_of(owner), under_review, *rows)
        body = response.content.decode()
        assert response.status_code == 422
        assert words in body
        assert all(comment in body for _position, _verdict, comment in rows)
        assert ChangeRequest.objects.count() == 0

    def test_what_is_missing_is_linked_to_the_first_criterion(self, under_review, owner, client_of):
        first = under_review.project.criteria.order_by("position").first()
        body = self.post(client_of(owner), under_review, (1, "met", "")).content.decode()
        assert f'href="#id_verdict_{first.pk}_0"' in body

    def test_the_rounds_left_are_counted_down(self, under_review, owner, client_of):
        assert "Request changes (2 of 2 left)" in html(client_of(owner), page(under_review, "delivery", 1))
        make_change_request(under_review.deliveries.get(), owner)
        make_delivery(under_review, 2)
        body = html(client_of(owner), page(under_review, "delivery", 2))
        assert "Request changes (1 of 2 left)" in body
        assert "This is your last round of changes." in body

    def test_after_two_rounds_only_approval_is_offered(self, under_review, owner, client_of):
        make_change_request(under_review.deliveries.get(), owner)
        make_change_request(make_delivery(under_review, 2), owner)
        make_delivery(under_review, 3)
        body = html(client_of(owner), page(under_review, "delivery", 3))
        assert "Request changes" not in body
        assert "Approve and release $480" in body

    def test_an_older_version_is_only_read(self, under_review, owner, client_of):
        make_delivery(under_review, 2)
        assert "Approve and release" not in html(client_of(owner), page(under_review, "delivery", 1))
        response = self.post(client_of(owner), under_review, (0, "not_yet", "Old"), version=1)
        assert response.status_code == 422
        assert ChangeRequest.objects.count() == 0

    def test_an_unknown_version_is_not_found(self, under_review, owner, client_of):
        assert client_of(owner).get(page(under_review, "delivery", 9)).status_code == 404

    def test_approve_is_not_beside_dispute(self, under_review, owner, client_of):
        assert page(under_review, "dispute") not in html(client_of(owner), page(under_review, "delivery", 1))


class TestKickoffPage:
    def test_needs_the_tick(self, project, student, client_of):
        engagement = engage(project, student, kickoff_student_at=None, kickoff_organization_at=None)
        response = client_of(student).post(page(engagement, "kickoff"), {})
        engagement.refresh_from_db()
        assert (response.status_code, engagement.kickoff_student_at) == (422, None)

    def test_says_what_is_agreed(self, project, student, client_of):
        engagement = engage(project, student, kickoff_student_at=None)
        body = html(client_of(student), page(engagement, "kickoff"))
        assert "Criterion 1 holds" in body
        assert "$480, all of it" in body


class TestNextActions:
    def texts(self, user, at=NOW):
        return [action.text for action in for_user(user, at)]

    @pytest.mark.parametrize(
        ("status", "changes", "for_student", "for_owner"),
        [
            ("awaiting_funding", {}, [], ["Pay $528 for “X”"]),
            ("active", {"kickoff_student_at": None}, ["Confirm the kickoff of “X”"], []),
            ("active", {}, ["Deliver version 1 of “X”"], []),
            ("delivered", {}, [], ["Review version 1 of “X”"]),
            ("changes_requested", {}, ["Deliver version 2 of “X”"], []),
            ("disputed", {}, [], []),
            ("approved", {}, ["Review Acme Analytics for “X”"], ["Review Robin Quist for “X”"]),
            ("cancelled", {}, [], []),
        ],
    )
    def test_by_state(self, organization, student, owner, status, changes, for_student, for_owner):
        engage(make_project(organization=organization, title="X"), student, status=status, **changes)
        assert (self.texts(student), self.texts(owner)) == (for_student, for_owner)

    def test_finance_pays_and_nothing_else(self, organization, student, owner, finance):
        engage(make_project(organization=organization, title="X"), student, status="awaiting_funding")
        engage(make_project(organization=organization, title="Y"), student, status="delivered")
        assert self.texts(finance) == ["Pay $528 for “X”"]

    def test_a_member_does_not_pay(self, organization, student, owner, member):
        engage(make_project(organization=organization, title="X"), student, status="awaiting_funding")
        assert self.texts(member) == []

    def test_a_suspended_member_is_asked_for_nothing_to_pay(self, organization, student, suspended):
        engage(make_project(organization=organization, title="X"), student, status="awaiting_funding")
        assert self.texts(suspended) == []

    def test_reviews_are_asked_for_fourteen_days(self, organization, student, owner):
        engage(make_project(organization=organization, title="X"), student, status="approved")
        assert self.texts(owner, NOW + 14 * DAY - timedelta(minutes=1)) == ["Review Robin Quist for “X”"]
        assert self.texts(owner, NOW + 14 * DAY) == []

    def test_queries_do_not_grow(self, organization, student, owner, django_assert_num_queries):
        engage(make_project(organization=organization), student, status="delivered")
        with django_assert_num_queries(3):
            for_user(owner, NOW)
        for _ in range(2):
            work = engage(make_project(organization=organization), student, status="delivered")
            make_change_order(work, owner, "accepted")
        del owner._memberships
        with django_assert_num_queries(3):
            for_user(owner, NOW)


class TestStanding:
    def test_says_what_happens_if_nobody_acts(self, delivered, owner, student):
        row = as_seen_by(owner).get()
        theirs, ours = standing(row, student, NOW), standing(row, owner, NOW)
        assert (ours.headline, ours.due_at) == ("Your turn: review version 1", NOW + 5 * DAY)
        assert ours.detail == "If you do nothing it is approved, and $480 is paid out."
        assert theirs.headline == "Waiting for Acme Analytics to review version 1"
        assert (ours.yours, theirs.yours) == (True, False)

    def test_overdue_work(self, active, student, owner):
        row = as_seen_by(owner).get()
        assert standing(row, student, active.due_at).headline == "Overdue: deliver version 1"
        assert standing(row, owner, active.due_at).kind == "danger"

    def test_every_state_has_words_for_everybody(self, organization, student, owner, member, finance, moderator):
        for status in Engagement.Status.values:
            engage(make_project(organization=organization), student, status=status)
        for row in as_seen_by(owner):
            for person in (student, owner, member, finance, moderator):
                assert standing(row, person, NOW).headline
