"""What every applicant gets back, and what it never tells."""

import pytest

from applications import actions
from applications.feedback import lessons_of, shortlist_medians
from marketplace.notifications.models import Notification
from projects.rubric import rubric_of
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def declined(project, owner):
    """Scored "Developing" and turned down, beside those whom `shortlisted` adds first."""

    def make(*levels):
        for level in levels:
            application = factories.make_application(project=project, status="submitted")
            factories.make_scores(application, owner, level=level)
            actions.shortlist(application=application, by=owner, at=NOW)
        application = factories.make_application(project=project, status="submitted")
        factories.make_scores(application, owner, level=1)
        return actions.decline_application(application=application, reason="evidence", by=owner, at=NOW)

    return make


def test_own_level_the_shortlists_median_and_the_next_step(declined):
    application = declined(2, 3, 3)
    lesson = lessons_of(application)[0]
    assert (lesson.word, lesson.shortlist_word, lesson.next_word) == ("Developing", "Exceeds", "Meets")
    rubric = rubric_of(application.project.competencies.select_related("skill__family").order_by("position")[0])
    assert (lesson.showed, lesson.next_step) == (rubric[1], rubric[2])
    notice = Notification.objects.get(kind="application.not_selected")
    assert notice.facts[0] == ["SQL", "Developing (asked: Working; shortlist: Exceeds)"]


@pytest.mark.parametrize("levels", [(), (3,)])
def test_fewer_than_two_others_are_not_a_median(declined, levels):
    application = declined(*levels)
    assert shortlist_medians(application) == {}
    assert lessons_of(application)[0].in_words == "Developing (asked: Working)"


def test_ones_own_level_is_not_in_the_median_one_is_compared_with(declined, project, owner):
    declined(2, 2)
    best = factories.make_application(project=project)
    factories.make_scores(best, owner, level=3)
    actions.shortlist(application=best, by=owner, at=NOW)
    best.refresh_from_db()
    lesson = lessons_of(best)[0]
    assert (lesson.word, lesson.shortlist_word, lesson.next_step, lesson.next_word) == ("Exceeds", "Meets", "", "")


def test_nothing_before_the_answer(project, owner):
    application = factories.make_application(project=project)
    factories.make_scores(application, owner)
    assert lessons_of(application) == []


def test_the_students_page_shows_it(declined, client_of):
    application = declined(2, 3)
    page = client_of(application.student.user).get(f"/applications/{application.code}/").text
    for words in ("the median of the others on the shortlist", "Next, Meets:", lessons_of(application)[0].showed):
        assert words in page
    alone = declined()
    alone.project.applications.exclude(pk=alone.pk).update(revealed_at=None, status="submitted", reason="")
    assert "at least two others" in client_of(alone.student.user).get(f"/applications/{alone.code}/").text
