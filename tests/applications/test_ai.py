"""A competency's rule about AI: what does not fit is said before sending, and nothing is lost."""

import pytest

from applications import actions
from applications.ai import problem_with
from applications.models import ApplicationEvidence, Evidence
from marketplace.errors import DomainError
from projects import actions as posting
from projects.models import Competency
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
USED = {"ai_use": "used", "ai_used_for": "a first outline"}


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def draft(student, project):
    return factories.make_application(project=project, student=student.student, status="draft")


def rule(project, policy):
    row = project.competencies.order_by("position").first()
    Competency.objects.filter(pk=row.pk).update(ai_policy=policy)
    row.refresh_from_db()
    return row


def answer_with(draft, student, competency, **content):
    evidence = factories.make_evidence(student.student, "A report", **content)
    actions.answer_competency(application=draft, competency=competency, evidence=evidence, by=student, at=NOW)
    return evidence


@pytest.mark.parametrize(
    ("policy", "use", "said"),
    [
        ("allowed", "", ""),
        ("allowed", "used", ""),
        ("allowed", "none", ""),
        ("disclosed", "", "Say whether AI was used for “A report”."),
        ("disclosed", "used", ""),
        ("disclosed", "none", ""),
        ("not_allowed", "", "Say whether AI was used for “A report”."),
        ("not_allowed", "used", "AI was used for “A report”. Choose evidence made without AI."),
        ("not_allowed", "none", ""),
    ],
)
def test_what_each_rule_asks(policy, use, said):
    assert problem_with(Evidence(title="A report", ai_use=use), Competency(ai_policy=policy)) == said


def test_what_was_made_with_ai_is_kept_but_not_sent_where_it_is_not_for(client_of, student, project, draft):
    competency = rule(project, "not_allowed")
    evidence = factories.make_evidence(student.student, "A report", **USED)
    url, client = f"/applications/{draft.code}/edit/evidence/1/", client_of(student)
    page = client.get(url).text
    assert "Not for this competency." in page
    assert "AI was used for “A report”. Choose evidence made without AI." in page
    assert "This cannot be sent yet" not in page
    assert client.post(url, {"choice": evidence.code}).url == url
    page = client.get(url).text
    assert "This cannot be sent yet" in page
    assert f"/applications/library/{evidence.code}/" in page
    assert "Evidence for SQL that fits its rule about AI" in client.get(f"/applications/{draft.code}/check/").text
    with pytest.raises(DomainError, match="rule about AI"):
        actions.submit_application(application=draft, by=student, at=NOW)
    answer = ApplicationEvidence.objects.get(application=draft, competency=competency)
    assert (answer.evidence, answer.ai_used_for) == (evidence, "a first outline")
    answer_with(draft, student, competency)
    assert actions.submit_application(application=draft, by=student, at=NOW).status == "submitted"


def test_the_question_that_was_never_asked_is_answered_in_the_library(client_of, student, project, draft):
    competency = rule(project, "disclosed")
    evidence = answer_with(draft, student, competency, ai_use="")
    page = client_of(student).get(f"/applications/{draft.code}/edit/evidence/1/").text
    assert "Say whether AI was used for “A report”." in page
    with pytest.raises(DomainError, match="rule about AI"):
        actions.submit_application(application=draft, by=student, at=NOW)
    content = {"title": "A report", "url": evidence.url, "statement": "Mine.", "proves": "It.", **USED}
    skills = [(competency.skill, 2)]
    actions.edit_evidence(evidence=evidence, skills=skills, by=student, at=NOW, **content)
    assert actions.submit_application(application=draft, by=student, at=NOW).status == "submitted"


ANSWERED = {
    "title": "A report", "url": "https://work.example/churn", "statement": "Mine.", "proves": "It.", "ai_use": "none",
    "skill_1": "SQL", "level_1": "2",
}  # fmt: skip


def test_the_answer_leads_back_to_the_application_that_asked(client_of, student, project, draft):
    evidence = answer_with(draft, student, rule(project, "disclosed"), ai_use="")
    client, here = client_of(student), f"/applications/{draft.code}/edit/evidence/1/"
    asked = f"/applications/library/{evidence.code}/?draft={draft.code}&amp;part=1"
    assert f'href="{asked}"' in client.get(here).text
    asked = asked.replace("&amp;", "&")
    assert client.get(asked).text.count(f'href="{here}"') == 2  # back, and cancel
    assert client.post(asked, ANSWERED | {"title": ""}).status_code == 422
    assert client.post(asked, ANSWERED).url == here
    assert "This cannot be sent yet" not in client.get(here).text


@pytest.mark.parametrize("query", ["?draft={sent}&part=1", "?draft={other}&part=1", "?draft={mine}&part=//x.example",
                                   "?draft={mine}&part=-1", "?draft={mine}", ""])  # fmt: skip
def test_it_leads_nowhere_else(client_of, student, project, draft, query):
    codes = {
        "mine": draft.code,
        "sent": factories.make_application(student=student.student).code,
        "other": factories.make_application(project=project, status="draft").code,
    }
    evidence = answer_with(draft, student, rule(project, "disclosed"), ai_use="")
    response = client_of(student).post(f"/applications/library/{evidence.code}/{query.format(**codes)}", ANSWERED)
    assert (response.status_code, response.url) == (302, "/applications/library/")


def test_an_employer_who_changes_the_rule_changes_what_a_draft_lacks(student, project, draft, owner):
    competency = rule(project, "disclosed")
    answer_with(draft, student, competency, **USED)
    words = {"rubric": competency.rubric, "good_evidence": "", "ai_policy": "not_allowed"}
    posting.edit_rubric(project=project, rubrics={competency.pk: words}, by=owner, at=NOW)
    with pytest.raises(DomainError, match="rule about AI"):
        actions.submit_application(application=draft, by=student, at=NOW)


def test_what_fits_is_offered_first(client_of, student, project, draft):
    rule(project, "not_allowed")
    factories.make_evidence(student.student, "Own work")
    factories.make_evidence(student.student, "Newer, with AI", **USED)
    draft.answers.all().delete()
    page = client_of(student).get(f"/applications/{draft.code}/edit/evidence/1/").text
    assert page.index("Own work") < page.index("Newer, with AI")


def test_the_assessor_reads_the_rule_beside_what_the_applicant_says(client_of, owner, project):
    rule(project, "allowed")
    application = factories.make_application(project=project)
    application.answers.update(**USED)
    page = client_of(owner).get(f"/applications/board/{project.code}/score/1/{application.label}/", follow=True).text
    assert "AI was used: a first outline" in page
    assert "Allowed." in page
