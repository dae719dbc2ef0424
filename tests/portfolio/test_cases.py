"""Cases: what the permission allows is public, nothing more, on every public page; anybody can verify."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from marketplace.accounts.models import Student
from marketplace.clock import now
from marketplace.errors import DomainError, InvalidTransition
from portfolio import actions
from portfolio.models import Case
from portfolio.next_actions import for_user
from tests.engagements.factories import count_queries, engage, make_review
from tests.factories import NOW, make_project, make_student_skill

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PRAISE = "Acme Analytics says: careful and quick."
WORDS = {"problem": "Nobody trusted the sensors.", "my_part": "I found the double count.", "outcome": "212 became 9."}
LINK = "https://work.example/winter"


def finish(organization, student, permission="full", **fields):
    """An approved engagement with the organization's published review."""
    title = fields.pop("title", "Map the winter bikes for Acme Analytics")
    if permission == "after_date":
        fields.setdefault("portfolio_from", now().date() + timedelta(days=30))
    project = make_project(organization=organization, title=title, portfolio_permission=permission, **fields)
    owner = organization.memberships.get(role="owner").user
    engagement = engage(project, student, status="approved", approved_by=owner)
    make_review(engagement, "organization", owner, text=PRAISE, published_at=NOW)
    return engagement


def show(engagement, student, **changes):
    """The published case of an engagement."""
    case = actions.open_case(engagement=engagement, by=student, at=NOW)
    permission = engagement.project.portfolio_permission
    words = {} if permission == "credential_only" else WORDS
    link = LINK if permission in ("full", "after_date") else ""
    case = actions.save_case(case=case, by=student, at=NOW, artefact_url=link, **(words | changes))
    return actions.publish_case(case=case, by=student, at=now())


def public_pages(client, case):
    """(the portfolio, the case page) as HTML."""
    slug = case.student.slug
    paths = [reverse("portfolio:public", args=[slug]), reverse("portfolio:case", args=[slug, case.code])]
    return [client.get(path).content.decode() for path in paths]


class TestOpenCase:
    def test_once(self, organization, owner, student):
        engagement = finish(organization, student)
        first = actions.open_case(engagement=engagement, by=student, at=NOW)
        assert actions.open_case(engagement=engagement, by=student, at=NOW) == first
        assert first.published_at is None

    @pytest.mark.parametrize("status", ["awaiting_funding", "active", "delivered", "disputed", "cancelled"])
    def test_only_approved_work(self, project, student, status):
        engagement = engage(project, student, status=status)
        with pytest.raises(InvalidTransition):
            actions.open_case(engagement=engagement, by=student, at=NOW)
        assert Case.objects.count() == 0


class TestPermissions:
    def test_full(self, organization, owner, student, visitor):
        portfolio, page = public_pages(visitor, show(finish(organization, student), student))
        for body in (portfolio, page):
            assert "Verified by Acme Analytics" in body
            assert "I found the double count." in body
            assert LINK in body
            assert PRAISE in body
            assert "Map the winter bikes for Acme Analytics" in body
        assert "Criterion 3 holds" in page

    def test_anonymised_names_the_organization_nowhere(self, organization, owner, student, visitor):
        engagement = finish(organization, student, "anonymised")
        for body in public_pages(visitor, show(engagement, student)):
            assert "Acme Analytics" not in body
            assert organization.slug not in body
            assert "winter bikes" not in body
            assert PRAISE not in body
            assert LINK not in body
            assert "Criterion 1 holds" not in body
            assert "I found the double count." in body
            assert "Verified by an organization on this site" in body

    @pytest.mark.parametrize("name", ["Acme Analytics", "ACME ANALYTICS", "at acme analytics, I"])
    def test_anonymised_refuses_the_name_in_the_text(self, organization, owner, student, name):
        case = actions.open_case(engagement=finish(organization, student, "anonymised"), by=student, at=NOW)
        for field in ("problem", "my_part", "outcome"):
            with pytest.raises(DomainError) as refusal:
                actions.save_case(case=case, by=student, at=NOW, **{field: f"Work {name} did"})
            assert refusal.value.field == field
        with pytest.raises(DomainError):
            actions.save_case(case=case, by=student, at=NOW, artefact_url=LINK)
        case.refresh_from_db()
        assert (case.problem, case.my_part, case.outcome, case.artefact_url) == ("", "", "", "")

    def test_credential_only(self, organization, owner, student, visitor):
        case = show(finish(organization, student, "credential_only"), student)
        Case.objects.update(**WORDS, artefact_url=LINK)  # as if the permission had been narrowed afterwards
        for body in public_pages(visitor, case):
            assert "Verified by Acme Analytics" in body
            assert "I found the double count." not in body
            assert LINK not in body

    def test_credential_only_takes_no_text(self, organization, owner, student):
        case = actions.open_case(engagement=finish(organization, student, "credential_only"), by=student, at=NOW)
        with pytest.raises(DomainError) as refusal:
            actions.save_case(case=case, by=student, at=NOW, my_part="I did it")
        assert refusal.value.field == "my_part"

    def test_after_a_date_not_before(self, organization, owner, student):
        engagement = finish(organization, student, "after_date")
        with pytest.raises(DomainError) as refusal:
            show(engagement, student)
        assert refusal.value.code == "too_early"
        assert Case.objects.get().published_at is None

    def test_after_a_date_from_that_day_on(self, organization, owner, student, visitor):
        engagement = finish(organization, student, "after_date", portfolio_from=date(2026, 3, 1))
        assert "Verified by Acme Analytics" in public_pages(visitor, show(engagement, student))[1]

    def test_the_date_holds_even_for_what_is_marked_published(self, organization, owner, student, visitor):
        engagement = finish(organization, student, "after_date")
        case = actions.open_case(engagement=engagement, by=student, at=NOW)
        Case.objects.update(published_at=NOW, my_part="I found the double count.")
        assert visitor.get(reverse("portfolio:case", args=[case.student.slug, case.code])).status_code == 404
        portfolio = visitor.get(reverse("portfolio:public", args=[case.student.slug])).content.decode()
        assert "I found the double count." not in portfolio
        assert PRAISE not in portfolio
        assert "Acme Analytics" not in portfolio

    def test_an_unpublished_case_is_found_by_its_owner_only(self, organization, owner, student, visitor, client_of):
        case = actions.open_case(engagement=finish(organization, student), by=student, at=NOW)
        path = reverse("portfolio:case", args=[case.student.slug, case.code])
        answers = [visitor.get(path), client_of(owner).get(path), client_of(student).get(path)]
        assert [answer.status_code for answer in answers] == [404, 404, 200]

    def test_under_somebody_elses_address_it_is_not_found(self, organization, owner, student, other_student, visitor):
        case = show(finish(organization, student), student)
        path = reverse("portfolio:case", args=[other_student.student.slug, case.code])
        assert visitor.get(path).status_code == 404


class TestPublish:
    def test_says_first_what_was_done(self, organization, owner, student):
        with pytest.raises(DomainError) as refusal:
            show(finish(organization, student), student, my_part="")
        assert (refusal.value.field, Case.objects.get().published_at) == ("my_part", None)

    def test_and_back(self, organization, owner, student, visitor):
        case = show(finish(organization, student), student)
        path = reverse("portfolio:case", args=[case.student.slug, case.code])
        assert visitor.get(path).status_code == 200
        actions.unpublish_case(case=case, by=student, at=NOW)
        assert visitor.get(path).status_code == 404

    @pytest.mark.parametrize("field", ["problem", "my_part", "outcome"])
    def test_too_long(self, organization, owner, student, field):
        case = actions.open_case(engagement=finish(organization, student), by=student, at=NOW)
        with pytest.raises(DomainError) as refusal:
            actions.save_case(case=case, by=student, at=NOW, **{field: "x" * 601})
        assert refusal.value.message == "Use at most 600 characters; this has 601."

    def test_the_form_keeps_what_was_typed(self, organization, owner, student, client_of):
        case = actions.open_case(engagement=finish(organization, student), by=student, at=NOW)
        path = reverse("portfolio:case_edit", args=[case.code])
        response = client_of(student).post(path, {"problem": "Kept text", "publish": "yes"})
        body = response.content.decode()
        assert response.status_code == 422
        assert "Say what you did before you publish it." in body
        assert "Kept text" in body
        assert Case.objects.get().published_at is None

    def test_save_and_publish(self, organization, owner, student, client_of):
        case = actions.open_case(engagement=finish(organization, student), by=student, at=NOW)
        path = reverse("portfolio:case_edit", args=[case.code])
        assert client_of(student).post(path, WORDS | {"publish": "yes"}).status_code == 302
        assert Case.objects.get().published_at is not None


class TestPublicPage:
    def test_no_address_no_full_name_no_organizations_people(self, organization, owner, student, visitor):
        student.name = "Robin Legal Quist-Name"
        student.save()
        for body in public_pages(visitor, show(finish(organization, student), student)):
            assert student.email not in body
            assert "Legal" not in body
            assert owner.name not in body

    def test_a_private_portfolio(self, organization, owner, student, visitor, client_of):
        case = show(finish(organization, student), student)
        Student.objects.update(portfolio_public=False)
        paths = [reverse("portfolio:public", args=[case.student.slug])]
        paths.append(reverse("portfolio:case", args=[case.student.slug, case.code]))
        assert [visitor.get(path).status_code for path in paths] == [404, 404]
        assert [client_of(student).get(path).status_code for path in paths] == [200, 200]

    def test_a_suspended_student(self, organization, owner, student, visitor):
        case = show(finish(organization, student), student)
        student.suspended_at = NOW
        student.save()
        paths = [reverse("portfolio:public", args=[case.student.slug])]
        paths.append(reverse("portfolio:case", args=[case.student.slug, case.code]))
        assert [visitor.get(path).status_code for path in paths] == [404, 404]

    def test_verified_and_claimed_competencies_are_told_apart(self, organization, owner, student, visitor):
        make_student_skill(student.student, "SQL", level=2, strength=3)
        make_student_skill(student.student, "Figma", level=1, strength=1, shown_in="A secret evidence title")
        for title in ("One", "Two"):
            finish(organization, student, title=title)
        response = visitor.get(reverse("portfolio:public", args=[student.student.slug]))
        verified, claimed = response.context["verified"], response.context["claimed"]
        assert [(row["skill"].name, row["word"], row["projects"]) for row in verified] == [("SQL", "Working", 2)]
        assert [(row["skill"].name, row["word"]) for row in claimed] == [("Figma", "Foundational")]
        assert "A secret evidence title" not in response.content.decode()

    def test_work_that_the_clock_approved_is_not_called_the_organizations_approval(
        self, organization, owner, student, visitor
    ):
        project = make_project(organization=organization)
        case = show(engage(project, student, status="approved"), student)
        portfolio, page = public_pages(visitor, case)
        for body in (portfolio, page):
            assert "Verified by" not in body
            assert "Completed for Acme Analytics" in body
        assert "automatically, when the time to review was over" in page

    def test_words_of_people_are_text(self, organization, owner, student, visitor):
        case = show(finish(organization, student), student, outcome="<script>alert(1)</script>")
        for body in public_pages(visitor, case):
            assert "<script>alert" not in body

    def test_queries_do_not_grow(self, organization, owner, student, visitor, client_of):
        show(finish(organization, student, title="One"), student)
        asked = [
            (visitor, reverse("portfolio:public", args=[student.student.slug])),
            (client_of(student), reverse("portfolio:mine")),
        ]
        [client.get(path) for client, path in asked]
        first = [count_queries(client, path) for client, path in asked]
        for title in ("Two", "Three"):
            show(finish(organization, student, title=title), student)
        assert [count_queries(client, path) for client, path in asked] == first


class TestNextActions:
    def texts(self, user):
        return [action.text for action in for_user(user, NOW)]

    def test_add_then_publish_then_nothing(self, organization, owner, student):
        engagement = finish(organization, student, title="X")
        assert self.texts(student) == ["Add “X” to your portfolio"]
        actions.open_case(engagement=engagement, by=student, at=NOW)
        assert self.texts(student) == ["Publish “X” in your portfolio"]
        show(engagement, student)
        assert self.texts(student) == []

    def test_not_before_the_date(self, organization, owner, student):
        engagement = finish(organization, student, "after_date", title="X")
        actions.open_case(engagement=engagement, by=student, at=NOW)
        assert self.texts(student) == []

    def test_nothing_for_employers(self, owner):
        assert self.texts(owner) == []
