"""The rubric of a project: from a template, reworded, fixed at submission, locked by the first application."""

import pytest
from django.db import IntegrityError, transaction

from marketplace.activity.queries import events_of
from marketplace.errors import DomainError, InvalidTransition, LimitReached
from marketplace.notifications.models import Notification
from marketplace.skills.models import SkillFamily
from projects import actions
from projects.actions.judging import MOST_CLARIFICATIONS
from projects.models import Competency
from projects.rubric import good_evidence, rubric_of, template_rubric
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
OWN = ["Nothing of it.", "Half of it.", "All of it.", "More than that."]


def first(project):
    return project.competencies.select_related("skill__family").order_by("position").first()


def reworded(project, rubric=OWN, good="The notebook."):
    return {first(project).pk: {"rubric": rubric, "good_evidence": good}}


def save(project, owner, rubrics):
    return actions.save_section(project=project, section="rubric", by=owner, at=NOW, rubrics=rubrics)


def test_a_draft_keeps_only_what_was_reworded(organization, owner):
    project = factories.make_project(status="draft", organization=organization)
    row = first(project)
    save(project, owner, {row.pk: {"rubric": template_rubric(row), "good_evidence": good_evidence(row)}})
    row = first(project)
    assert (row.rubric, row.good_evidence) == ([], "")
    save(project, owner, reworded(project))
    row = first(project)
    assert (row.rubric, row.good_evidence) == (OWN, "The notebook.")


def test_own_words_stay_with_their_skill_when_the_competencies_are_saved_again(organization, owner):
    project = factories.make_project(status="draft", organization=organization)
    save(project, owner, reworded(project))
    other = factories.make_skill("Copywriting")
    rows = [
        {"skill": other, "level": 1, "evidence_asked": "Show one."},
        {"skill": first(project).skill, "level": 3, "evidence_asked": "Show two."},
    ]
    actions.set_competencies(project=project, rows=rows)
    new, kept = project.competencies.select_related("skill__family").order_by("position")
    assert (new.rubric, kept.rubric, kept.level) == ([], OWN, 3)


def test_submitting_fixes_every_word(organization, owner):
    project = factories.make_project(status="draft", organization=organization)
    save(project, owner, reworded(project))
    actions.submit_project(project=project, by=owner, at=NOW)
    one, two = project.competencies.select_related("skill__family").order_by("position")
    assert (one.rubric, two.rubric) == (OWN, template_rubric(two))
    assert two.good_evidence


def test_taken_back_the_template_follows_the_level_again(organization, owner):
    project = factories.make_project(status="draft", organization=organization)
    organization.verified_at = None
    organization.save()
    project.organization = organization
    actions.submit_project(project=project, by=owner, at=NOW)
    actions.return_to_draft(project=project, by=owner, at=NOW)
    rows = [
        {"skill": row.skill, "level": 3, "evidence_asked": row.evidence_asked} for row in project.competencies.all()
    ]
    actions.set_competencies(project=project, rows=rows)
    assert rubric_of(first(project)) == template_rubric(first(project))


def test_a_copy_has_the_words_of_its_own(organization, owner):
    project = factories.make_project(status="draft", organization=organization)
    save(project, owner, reworded(project))
    copy = actions.copy_project(project=project, by=owner, at=NOW)
    assert [row.rubric for row in copy.competencies.order_by("position")] == [OWN, []]


@pytest.mark.parametrize(
    "rubric", [["Same.", "same.", "Other.", "More."], ["x" * 201, "b", "c", "d"], ["", "b", "c", "d"]]
)
def test_levels_that_cannot_be_told_apart_are_refused(organization, owner, rubric):
    project = factories.make_project(status="draft", organization=organization)
    with pytest.raises(DomainError):
        save(project, owner, reworded(project, rubric))
    assert first(project).rubric == []


def test_the_database_wants_four_levels_or_none(organization):
    row = first(factories.make_project(status="draft", organization=organization))
    with pytest.raises(IntegrityError), transaction.atomic():
        Competency.objects.filter(pk=row.pk).update(rubric=["one", "two"])


def test_open_it_is_edited_until_somebody_applies_and_drafts_are_told(organization, owner):
    project = factories.make_project(organization=organization)
    begun = factories.make_application(project=project, status="draft")
    actions.edit_rubric(project=project, rubrics=reworded(project), by=owner, at=NOW)
    assert first(project).rubric == OWN
    assert [event.verb for event in events_of(project)] == ["project.rubric_edited"]
    notice = Notification.objects.get(kind="application.rubric_edited")
    assert (notice.recipient, organization.name in notice.title) == (begun.student.user, True)
    actions.edit_rubric(project=project, rubrics=reworded(project), by=owner, at=NOW)
    assert events_of(project).count() == 1


@pytest.mark.parametrize("status", ["submitted", "waitlisted", "withdrawn"])
def test_the_first_application_locks_it_also_in_the_database(organization, owner, status):
    project = factories.make_project(organization=organization)
    factories.make_application(project=project, status=status)
    with pytest.raises(InvalidTransition, match="clarification"):
        actions.edit_rubric(project=project, rubrics=reworded(project), by=owner, at=NOW)
    row = first(project)
    for change in ({"rubric": OWN}, {"level": 3}, {"evidence_asked": "Else."}, {"good_evidence": "Else."}):
        with pytest.raises(IntegrityError, match="locked|fixed"), transaction.atomic():
            Competency.objects.filter(pk=row.pk).update(**change)


def test_words_for_a_moderator_are_not_published_by_an_edit(organization, owner):
    project = factories.make_project(organization=organization)
    before = first(project).rubric
    rubric = [*OWN[:3], "Did well in our test task."]
    with pytest.raises(DomainError, match="bespoke"):
        actions.edit_rubric(project=project, rubrics=reworded(project, rubric), by=owner, at=NOW)
    assert first(project).rubric == before


def test_a_clarification_tells_everybody_who_waits_and_stays(organization, owner):
    project = factories.make_project(organization=organization)
    statuses = ("draft", "submitted", "shortlisted")
    people = [factories.make_application(project=project, status=status) for status in statuses]
    gone = factories.make_application(project=project, status="withdrawn")
    row = first(project)
    added = actions.clarify(project=project, text="A  dashboard\ncounts too.", competency=row, by=owner, at=NOW)
    again = actions.clarify(project=project, text="A dashboard counts too.", competency=row, by=owner, at=NOW)
    assert (added, added.text) == (again, "A dashboard counts too.")
    notices = Notification.objects.filter(kind="application.clarified")
    assert {notice.recipient for notice in notices} == {application.student.user for application in people}
    assert gone.student.user not in {notice.recipient for notice in notices}
    assert "A dashboard counts too." in notices[0].body
    assert row.skill.name in notices[0].body


def test_what_is_no_clarification(organization, owner):
    project = factories.make_project(organization=organization)
    with pytest.raises(InvalidTransition, match="edit the rubric"):
        actions.clarify(project=project, text="More.", by=owner, at=NOW)
    factories.make_application(project=project)
    for text in ("", " ", "x" * 501, "Write to us at a@b.example."):
        with pytest.raises(DomainError):
            actions.clarify(project=project, text=text, by=owner, at=NOW)
    elsewhere = first(factories.make_project())
    with pytest.raises(DomainError, match="does not ask"):
        actions.clarify(project=project, text="More.", competency=elsewhere, by=owner, at=NOW)
    for number in range(MOST_CLARIFICATIONS):
        actions.clarify(project=project, text=f"Point {number}.", by=owner, at=NOW)
    with pytest.raises(LimitReached):
        actions.clarify(project=project, text="One more.", by=owner, at=NOW)


def form_data(project, **changes):
    data = {}
    for row in project.competencies.select_related("skill__family"):
        data |= {f"template_{row.pk}": "general", f"good_{row.pk}": ""}
        data |= {f"level_{row.pk}_{value}": text for value, text in enumerate(rubric_of(row))}
    return data | changes


def test_the_draft_page_saves_and_an_emptied_level_is_the_template_again(client_of, organization, owner):
    project = factories.make_project(status="draft", organization=organization)
    pk = first(project).pk
    data = form_data(project, **{f"level_{pk}_3": "It was published.", f"level_{pk}_2": ""})
    response = client_of(owner).post(f"/projects/{project.code}/edit/rubric/", data)
    assert (response.status_code, response.url) == (302, f"/projects/{project.code}/edit/pay/")
    assert first(project).rubric == [*template_rubric(first(project))[:3], "It was published."]


def test_two_levels_with_the_same_words_keep_what_was_typed(client_of, organization, owner):
    project = factories.make_project(status="draft", organization=organization)
    pk = first(project).pk
    data = form_data(project, **{f"level_{pk}_3": "Same words.", f"level_{pk}_2": "same words."})
    response = client_of(owner).post(f"/projects/{project.code}/edit/rubric/", data)
    assert response.status_code == 422
    assert "This says the same as “Meets”." in response.text
    assert "Same words." in response.text


def test_another_template_fills_in_and_saves_nothing(client_of, organization, owner):
    project = factories.make_project(status="draft", organization=organization)
    family = factories.make_family("Design")
    SkillFamily.objects.filter(pk=family.pk).update(slug="design")
    one, two = project.competencies.order_by("position")
    data = form_data(project, **{f"template_{one.pk}": "design", f"level_{two.pk}_3": "Kept as typed.", "fill": one.pk})
    response = client_of(owner).post(f"/projects/{project.code}/edit/rubric/", data)
    assert response.status_code == 200
    assert "A whole flow was designed alone" in response.text
    assert "Kept as typed." in response.text
    assert first(project).rubric == []


def test_the_pages_of_an_open_project_follow_its_state(client_of, organization, owner, student):
    project = factories.make_project(organization=organization)
    client = client_of(owner)
    pk = first(project).pk
    data = form_data(project, **{f"level_{pk}_3": "It was published."})
    assert client.post(f"/projects/{project.code}/rubric/", data).status_code == 302
    assert "It was published." in client.get(f"/projects/{project.code}/").text
    assert client.get(f"/projects/{project.code}/clarify/").url == f"/projects/{project.code}/rubric/"
    factories.make_application(project=project)
    assert client.get(f"/projects/{project.code}/rubric/").url == f"/projects/{project.code}/clarify/"
    sent = client.post(f"/projects/{project.code}/clarify/", {"text": "A report counts too.", "competency": pk})
    assert sent.status_code == 302
    draft = factories.make_application(project=project, student=student.student, status="draft")
    for url in (f"/projects/{project.code}/", f"/applications/{draft.code}/edit/evidence/1/"):
        assert "A report counts too." in client_of(student).get(url).text
    answer = client.get(f"/api/projects/{project.code}/").json()["competencies"][0]
    assert (answer["rubric"][3], answer["clarifications"]) == ("It was published.", ["A report counts too."])


def test_the_rule_about_ai_is_chosen_with_the_rubric_and_locked_with_it(client_of, organization, owner):
    project = factories.make_project(organization=organization)
    row = first(project)
    assert row.ai_policy == "disclosed"
    data = form_data(project, **{f"ai_{row.pk}": "not_allowed"})
    assert client_of(owner).post(f"/projects/{project.code}/rubric/", data).status_code == 302
    assert first(project).ai_policy == "not_allowed"
    assert "Not for this competency." in client_of(owner).get(f"/projects/{project.code}/").text
    answer = client_of(owner).get(f"/api/projects/{project.code}/").json()["competencies"]
    assert [one["ai_policy"] for one in answer] == ["not_allowed", "disclosed"]
    factories.make_application(project=project)
    with pytest.raises(IntegrityError, match="locked"), transaction.atomic():
        Competency.objects.filter(pk=row.pk).update(ai_policy="allowed")


def test_the_rule_about_ai_stays_with_its_skill_and_goes_into_a_copy(organization, owner):
    project = factories.make_project(status="draft", organization=organization)
    row = first(project)
    words = {"rubric": [], "good_evidence": "", "ai_policy": "allowed"}
    save(project, owner, {row.pk: words})
    actions.set_competencies(
        project=project, rows=[{"skill": row.skill, "level": 1, "evidence_asked": "Show one."}]
    )  # fmt: skip
    assert first(project).ai_policy == "allowed"
    assert first(actions.copy_project(project=project, by=owner, at=NOW)).ai_policy == "allowed"
