"""The evidence library, and what it says a student has shown."""

import pytest
from django.db import IntegrityError, transaction

from applications import actions
from applications.models import Evidence
from applications.queries import versions_of
from marketplace.activity.models import Event
from marketplace.errors import InvalidTransition
from marketplace.files.actions import store_upload
from marketplace.files.kinds import EVIDENCE
from marketplace.skills.models import StudentSkill
from tests import factories
from tests.applications.refusing import refused
from tests.factories import NOW
from tests.files import samples

pytestmark = pytest.mark.django_db
LINK = "https://work.example/queries"


def add(user, *skills, title="Queries", **fields):
    values = {"title": title, "statement": "I wrote the queries.", "url": LINK} | fields
    pairs = [(factories.make_skill(name), level) for name, level in skills or [("SQL", 2)]]
    return actions.add_evidence(student=user.student, skills=pairs, by=user, at=NOW, **values)


def edit(evidence, *skills, **fields):
    values = {"title": evidence.title, "statement": evidence.statement, "url": evidence.url} | fields
    pairs = [(factories.make_skill(name), level) for name, level in skills]
    by = evidence.student.user
    return actions.edit_evidence(evidence=evidence, skills=pairs, by=by, at=NOW, **values)


def shown(user):
    rows = StudentSkill.objects.filter(student=user.student).select_related("skill")
    return {row.skill.name: (row.level, row.strength, row.shown_in) for row in rows}


def test_a_link_is_kept_with_its_skills(student):
    evidence = add(student, ("SQL", 2), ("Excel", 3))
    assert (evidence.kind, evidence.url, evidence.file) == ("link", LINK, None)
    assert shown(student) == {"SQL": (2, 1, "Queries"), "Excel": (3, 1, "Queries")}
    assert Event.objects.get().verb == "evidence.added"


def test_a_file_is_kept(student):
    upload = samples.upload("a.pdf", samples.pdf())
    stored = store_upload(upload=upload, owner=student, allowed=EVIDENCE, at=NOW)
    evidence = add(student, url="", file=stored)
    assert (evidence.kind, evidence.url, evidence.file) == ("file", "", stored)


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"title": " "}, "title", "required"),
        ({"statement": " "}, "statement", "required"),
        ({"statement": "word " * 151}, "statement", "too_long"),
        ({"url": ""}, "url", "one_source"),
        ({"text": "SELECT 1"}, "url", "one_source"),
        ({"url": "", "text": "x" * 10_001}, "text", "too_long"),
        ({"ai_use": "used", "ai_used_for": " "}, "ai_used_for", "required"),
        ({"url": "javascript:alert(1)"}, "url", "bad_link"),
        ({"url": "ftp://work.example/a"}, "url", "bad_link"),
    ],
)
def test_evidence_that_lacks_something_is_refused(student, fields, field, code):
    factories.make_skill("SQL")
    with refused(code=code, field=field):
        add(student, **fields)


def test_one_hundred_and_fifty_words_fit(student):
    assert add(student, statement="word " * 150).statement == ("word " * 150).strip()


@pytest.mark.parametrize(
    ("skills", "code"),
    [([], "skill_count"), (["A", "B", "C", "D", "E", "F"], "skill_count"), (["A", "A"], "skill_twice")],
)
def test_one_to_five_different_skills(student, skills, code):
    pairs = [(factories.make_skill(name), 2) for name in skills]
    values = {"title": "Queries", "statement": "Mine.", "url": LINK, "by": student, "at": NOW}
    with refused(code=code, field="skills"):
        actions.add_evidence(student=student.student, skills=pairs, **values)


def test_the_highest_level_of_all_evidence_counts(student):
    add(student, ("SQL", 1), title="Small")
    add(student, ("SQL", 3), title="Large")
    add(student, ("SQL", 2), title="Middling")
    assert shown(student) == {"SQL": (3, 1, "Large")}


def test_editing_recomputes_the_skills_it_had_and_has(student):
    evidence = add(student, ("SQL", 3))
    edit(evidence, ("Excel", 2), title="Sheets")
    assert shown(student) == {"Excel": (2, 1, "Sheets")}


def test_editing_changes_drafts_but_not_what_was_sent(student, project):
    evidence = add(student)
    draft = factories.make_application(project=project, student=student.student, status="draft", answers=False)
    sent = factories.make_application(student=student.student, answers=False)
    for application in (draft, sent):
        factories.answer_with(application, application.project.competencies.first(), evidence)
    edit(evidence, ("SQL", 2), title="Better queries")
    assert [(row.title, row.version) for row in (draft.answers.get(), sent.answers.get())] == [
        ("Better queries", 2), ("Queries", 1),
    ]  # fmt: skip


def test_an_edit_makes_a_version_only_of_what_was_sent(student, project):
    evidence = add(student)
    evidence = edit(evidence, ("SQL", 2), title="Never sent")
    assert evidence.version == 1
    waiting = factories.make_application(
        project=project, student=student.student, status="waitlisted", answers=False
    )  # fmt: skip
    factories.answer_with(waiting, project.competencies.first(), evidence)
    assert edit(evidence, ("Excel", 2)).version == 1  # the same words: only the skills changed
    assert edit(evidence, ("Excel", 2), team="a designer").version == 2
    assert edit(evidence, ("Excel", 2), team="two designers").version == 2


def test_each_version_says_which_applications_hold_it(student, project):
    evidence = add(student)
    first = factories.make_application(student=student.student, answers=False)
    factories.answer_with(first, first.project.competencies.first(), evidence)
    evidence = edit(evidence, ("SQL", 2), title="Better queries")
    second = factories.make_application(project=project, student=student.student, status="draft", answers=False)
    factories.answer_with(second, project.competencies.first(), evidence)
    thrown_away = factories.make_application(student=student.student, status="withdrawn", answers=False,
                                             submitted_at=None, label="")  # fmt: skip
    factories.answer_with(thrown_away, thrown_away.project.competencies.first(), evidence)
    assert [(v.content.title, v.is_current, [u.application for u in v.uses]) for v in versions_of(evidence)] == [
        ("Better queries", True, [second]), ("Queries", False, [first]),
    ]  # fmt: skip


def test_the_page_of_versions_costs_the_same_for_one_and_for_three(student, client_of, query_count):
    evidence = add(student)
    counts = []
    for number in range(3):
        sent = factories.make_application(student=student.student, answers=False)
        factories.answer_with(sent, sent.project.competencies.first(), evidence)
        evidence = edit(evidence, ("SQL", 2), title=f"Queries {number}")
        counts.append(query_count(client_of(student), f"/applications/library/{evidence.code}/versions/"))
    page = client_of(student).get(f"/applications/library/{evidence.code}/versions/").content.decode()
    for words in ("Version 4: in your library now", "Version 3", "Queries 1", "Version 1", "No application uses it."):
        assert words in page
    assert counts[0] == counts[2]


def test_a_text_is_kept_as_it_was_written(student):
    evidence = add(student, url="", text="SELECT 1\n  FROM loans ")
    assert (evidence.kind, evidence.url, evidence.text) == ("text", "", "SELECT 1\n  FROM loans")


@pytest.mark.parametrize(
    "fields",
    [{"kind": "text", "text": ""}, {"text": "both"}, {"kind": "text", "text": "x"}, {"ai_use": "used"},
     {"ai_use": "none", "ai_used_for": "x"}, {"version": 0}],
)  # fmt: skip
def test_the_database_refuses_evidence_that_contradicts_itself(student, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_evidence(student.student, **fields)


def test_archiving_takes_the_claim_back(student):
    evidence = add(student)
    for _ in range(2):
        actions.archive_evidence(evidence=evidence, by=student, at=NOW)
    assert shown(student) == {}
    assert Event.objects.filter(verb="evidence.archived").count() == 1
    actions.restore_evidence(evidence=evidence, by=student, at=NOW)
    assert shown(student) == {"SQL": (2, 1, "Queries")}


def test_archiving_falls_back_to_the_other_evidence(student):
    add(student, ("SQL", 1), title="Small")
    large = add(student, ("SQL", 3), title="Large")
    actions.archive_evidence(evidence=large, by=student, at=NOW)
    assert shown(student) == {"SQL": (1, 1, "Small")}


@pytest.mark.parametrize("strength", [StudentSkill.Strength.ASSESSED, StudentSkill.Strength.COMPLETED])
def test_evidence_never_changes_what_others_confirmed(student, strength):
    factories.make_student_skill(student.student, "SQL", level=2, strength=strength, shown_in="Project")
    evidence = add(student, ("SQL", 3))
    assert shown(student) == {"SQL": (2, strength, "Project")}
    actions.archive_evidence(evidence=evidence, by=student, at=NOW)
    assert shown(student) == {"SQL": (2, strength, "Project")}


def test_archived_evidence_is_not_edited(student):
    evidence = add(student)
    actions.archive_evidence(evidence=evidence, by=student, at=NOW)
    with refused(InvalidTransition):
        edit(evidence, ("SQL", 2))


def test_the_library_is_private(student, other_student, owner, moderator):
    evidence = add(student)
    seen = {user.email: Evidence.objects.visible_to(user).count() for user in (other_student, owner, moderator)}
    assert set(seen.values()) == {0}
    assert Evidence.objects.visible_to(student).get() == evidence
