"""Two-way reviews: neither side reads the other's early, on any surface; what is verified becomes proof."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from engagements import actions
from engagements.actions.reviews import level_shown
from engagements.models import Review
from engagements.queries import published_reviews_about, published_reviews_of, rating_of, reviews_for
from marketplace.errors import DomainError, InvalidTransition
from marketplace.notifications.models import Notification
from marketplace.skills.models import StudentSkill
from tests.engagements.factories import engage, make_review, told
from tests.factories import NOW, make_skill, make_student_skill

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SECRET = "The brief changed twice, which was tiring."


def levels(engagement, level=2):
    return {row.pk: level for row in engagement.project.competencies.all()}


def write(engagement, side, by, *, at=NOW + DAY, **changes):
    values = {"rating": 4, "again": True, "text": SECRET, "levels": levels(engagement)} | changes
    return actions.write_review(engagement=engagement, side=side, by=by, at=at, **values)


class TestWriteReview:
    def test_one_alone_stays_hidden(self, approved, student, owner):
        review = write(approved, "student", student)
        assert review.published_at is None
        assert told(owner) == ["review.waiting"]
        assert list(published_reviews_of(approved.organization)) == []
        assert reviews_for(approved, "organization") == (None, None)
        assert reviews_for(approved, "student") == (review, None)

    def test_both_in_are_published_at_once(self, approved, student, owner):
        write(approved, "student", student)
        write(approved, "organization", owner, at=NOW + 2 * DAY, text="Careful work.")
        assert list(Review.objects.values_list("published_at", flat=True)) == [NOW + 2 * DAY] * 2
        assert [row.text for row in published_reviews_of(approved.organization)] == [SECRET]
        assert [row.text for row in published_reviews_about(student.student)] == ["Careful work."]
        assert told(student)[-1] == told(owner)[-1] == "review.published"

    def test_no_notice_says_what_the_review_says(self, approved, student, owner):
        write(approved, "student", student)
        for notice in Notification.objects.all():
            assert SECRET not in notice.body + notice.title

    def test_twice_is_once(self, approved, student):
        first = write(approved, "student", student)
        assert write(approved, "student", student) == first
        with pytest.raises(InvalidTransition):
            write(approved, "student", student, text="On second thought", rating=1)
        assert Review.objects.get().text == SECRET

    @pytest.mark.parametrize("status", ["active", "delivered", "disputed", "cancelled"])
    def test_only_after_the_approval(self, project, student, status):
        engagement = engage(project, student, status=status)
        with pytest.raises(InvalidTransition):
            write(engagement, "student", student)
        assert Review.objects.count() == 0

    def test_not_when_the_time_is_over(self, approved, student):
        with pytest.raises(InvalidTransition):
            write(approved, "student", student, at=NOW + 14 * DAY)
        assert Review.objects.count() == 0

    def test_only_as_ones_own_side(self, approved, student, owner, finance, other_owner):
        for side, person in (
            ("organization", student), ("student", owner), ("organization", finance), ("organization", other_owner),
        ):  # fmt: skip
            with pytest.raises(DomainError):
                write(approved, side, person)
        assert Review.objects.count() == 0

    @pytest.mark.parametrize(
        ("field", "changes"),
        [
            ("rating", {"rating": 6}),
            ("rating", {"rating": 0}),
            ("text", {"text": " "}),
            ("text", {"text": "x" * 2_001}),
        ],
    )
    def test_refused_input(self, approved, student, field, changes):
        with pytest.raises(DomainError) as refusal:
            write(approved, "student", student, **changes)
        assert (refusal.value.field, Review.objects.count()) == (field, 0)

    def test_the_organization_rates_every_competency(self, approved, owner):
        first, second = approved.project.competencies.order_by("pk")
        for wrong in ({}, {first.pk: 2}, {first.pk: 2, second.pk: 4}, {first.pk: 2, second.pk: 2, second.pk + 99: 2}):
            with pytest.raises(DomainError) as refusal:
                write(approved, "organization", owner, levels=wrong)
            assert refusal.value.field == "levels"
        assert Review.objects.count() == 0

    def test_the_database_keeps_reviews_as_they_were(self, approved, student):
        write(approved, "student", student)
        for change in ({"rating": 1}, {"text": "Nicer"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Review.objects.update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            Review.objects.all().delete()


class TestPublishDue:
    def test_after_fourteen_days_what_is_there(self, approved, student, owner):
        write(approved, "student", student)
        assert actions.publish_due_reviews(at=NOW + 14 * DAY - timedelta(seconds=1)) == 0
        assert Review.objects.get().published_at is None
        assert actions.publish_due_reviews(at=NOW + 14 * DAY) == 1
        assert Review.objects.get().published_at == NOW + 14 * DAY
        assert actions.publish_due_reviews(at=NOW + 15 * DAY) == 0
        assert told(student)[-1] == told(owner)[-1] == "review.published"

    def test_across_the_change_of_clocks_fourteen_days_are_336_hours(self, approved, student):
        """NOW is six days before the US springs forward; deadlines count hours, not wall clocks."""
        student.time_zone = "America/New_York"
        student.save()
        write(approved, "student", student)
        assert actions.publish_due_reviews(at=NOW + timedelta(hours=336) - timedelta(minutes=1)) == 0
        assert actions.publish_due_reviews(at=NOW + timedelta(hours=336)) == 1


class TestCreditSkills:
    @pytest.mark.parametrize(
        ("wanted", "shown", "level"),
        [(2, 0, None), (1, 1, None), (2, 1, 1), (3, 1, 2), (2, 2, 2), (2, 3, 3), (3, 3, 3), (1, 3, 2)],
    )
    def test_the_level_that_counts(self, wanted, shown, level):
        assert level_shown(wanted, shown) == level

    def test_written_when_published_and_not_before(self, approved, student, owner):
        write(approved, "organization", owner, levels=levels(approved, 3))
        assert StudentSkill.objects.count() == 0
        write(approved, "student", student)
        rows = StudentSkill.objects.filter(student=student.student).values_list("level", "strength", "shown_in")
        assert list(rows) == [(3, 3, approved.project.title)] * 2

    def test_verified_beats_claimed_and_never_lowers_what_was_verified(self, approved, student, owner):
        make_student_skill(student.student, "SQL", level=3, strength=1)
        make_student_skill(student.student, "Data cleaning", level=3, strength=3, shown_in="Earlier")
        write(approved, "organization", owner)
        write(approved, "student", student)
        sql = StudentSkill.objects.get(skill=make_skill("SQL"))
        cleaning = StudentSkill.objects.get(skill=make_skill("Data cleaning"))
        assert (sql.level, sql.strength) == (2, 3)
        assert (cleaning.level, cleaning.shown_in) == (3, "Earlier")


class TestSurfaces:
    """The other side's words appear on no page before publication."""

    def pages(self, engagement):
        return [
            reverse("engagements:workspace", args=[engagement.code]),
            reverse("engagements:review", args=[engagement.code]),
            reverse("engagements:mine") + "?tab=finished",
            reverse("portfolio:public", args=[engagement.student.slug]),
        ]

    def test_hidden_from_everybody_but_its_author(self, approved, student, owner, member, finance, client_of):
        make_review(approved, "student", student, text=SECRET)
        for person in (owner, member, finance, None):
            client = client_of(person)
            for page in self.pages(approved):
                assert SECRET not in client.get(page).content.decode()
        assert SECRET in client_of(student).get(self.pages(approved)[1]).content.decode()

    def test_the_organizations_is_hidden_from_the_student_and_the_public(self, approved, student, owner, client_of):
        make_review(approved, "organization", owner, text=SECRET)
        for person in (student, None):
            for page in self.pages(approved):
                assert SECRET not in client_of(person).get(page).content.decode()

    def test_shown_when_published(self, approved, student, owner, client_of):
        make_review(approved, "student", student, text=SECRET, published_at=NOW)
        make_review(approved, "organization", owner, text="Careful and quick.", published_at=NOW)
        assert SECRET in client_of(owner).get(self.pages(approved)[1]).content.decode()


def test_rating_counts_only_what_is_published(approved, student):
    make_review(approved, "student", student, rating=2)
    assert rating_of(published_reviews_of(approved.organization)) == {"count": 0, "average": None, "again": 0}


class TestOrganizationPage:
    def test_shows_the_figures_and_the_words_without_the_students_name(self, approved, student, visitor):
        make_review(approved, "student", student, rating=4, text="Answers within the day.", published_at=NOW)
        body = visitor.get(approved.organization.get_absolute_url()).content.decode()
        assert "4.0 of 5" in body
        assert "Answers within the day." in body
        assert student.student.display_name not in body

    def test_hides_what_is_not_published(self, approved, student, visitor):
        make_review(approved, "student", student, text=SECRET)
        assert SECRET not in visitor.get(approved.organization.get_absolute_url()).content.decode()
