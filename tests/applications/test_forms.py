"""Input: each error at its field with the limit in it, and what was typed stays."""

import pytest
from django.utils.datastructures import MultiValueDict

from applications.forms import AnswerForm, DeclineForm, EvidenceForm, OfferForm, PlanForm, ScoreForm, initial_of
from marketplace.files.actions import store_upload
from marketplace.files.kinds import EVIDENCE
from tests import factories
from tests.files import samples

pytestmark = pytest.mark.django_db
GOOD = {
    "title": "Queries",
    "url": "https://work.example/q",
    "statement": "I wrote them.",
    "proves": "That I can join tables.",
    "ai_use": "none",
    "skill_1": "SQL",
    "level_1": "3",
}


def evidence_form(files=None, **changes):
    factories.make_skill("SQL")
    data = {key: value for key, value in (GOOD | changes).items() if value is not None}
    return EvidenceForm(data, MultiValueDict({key: [value] for key, value in (files or {}).items()}))


def pdf():
    return {"file": samples.upload("a.pdf", samples.pdf())}


def test_a_good_link():
    form = evidence_form()
    assert form.is_valid(), form.errors
    assert form.item() == {
        "title": "Queries", "url": "https://work.example/q", "text": "", "statement": "I wrote them.",
        "proves": "That I can join tables.", "team": "", "ai_use": "none", "ai_used_for": "",
    }  # fmt: skip
    assert [(skill.name, level) for skill, level in form.skills()] == [("SQL", 3)]


def test_a_good_file():
    form = evidence_form(pdf(), url="")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["file"].name == "a.pdf"


def test_a_bare_address_gets_its_scheme():
    form = evidence_form(url="work.example/q")
    assert form.is_valid()
    assert form.item()["url"] == "https://work.example/q"


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"title": ""}, {"title": ["Give it a title."]}),
        ({"title": "x" * 121}, {"title": ["Use at most 120 characters; this has 121."]}),
        ({"statement": " "}, {"statement": ["Say what you did yourself."]}),
        ({"statement": "word " * 151}, {"statement": ["This has 151 words. The limit is 150."]}),
        ({"url": ""}, {"url": ["Give a link, a file or a text."]}),
        ({"text": "SELECT 1"}, {"url": ["Give one of the three: a link, a file or a text."]}),
        (
            {"url": "", "text": "x" * 10_001},
            {"text": ["Use at most 10000 characters; this has 10001. Add a longer one as a file."]},
        ),
        ({"proves": " "}, {"proves": ["Say in one sentence what it proves."]}),
        ({"team": "x" * 151}, {"team": ["Use at most 150 characters; this has 151."]}),
        ({"ai_use": None}, {"ai_use": ["Say whether you used AI to make it."]}),
        ({"ai_use": "used"}, {"ai_used_for": ["Say what you used AI for."]}),
        ({"url": "javascript:alert(1)"}, {"url": ["Give the whole address, as https://example.org/report."]}),
        ({"url": "not a link"}, {"url": ["Give the whole address, as https://example.org/report."]}),
        ({"skill_1": ""}, {"skill_1": ["Choose a skill or tool."]}),
        ({"skill_2": "sql"}, {"skill_2": ["SQL is named twice."]}),
        ({"level_1": "9"}, {"level_1": ["Select a valid choice. 9 is not one of the available choices."]}),
    ],
)
def test_each_error_is_at_its_field(changes, errors):
    assert evidence_form(**changes).errors == errors


def test_an_unknown_skill_is_an_error_of_its_row():
    assert list(evidence_form(skill_1="zzqqxx").errors) == ["skill_1"]


def test_a_link_and_a_file_are_one_too_many():
    assert evidence_form(pdf()).errors == {"url": ["Give one of the three: a link, a file or a text."]}


def test_an_invalid_file_is_the_only_complaint():
    form = evidence_form({"file": samples.upload("a.pdf", b"")}, url="")
    assert form.errors == {"file": ["“a.pdf” is empty. Save it again and look at its size before you add it."]}


def test_editing_keeps_the_file_unless_something_takes_its_place(student):
    factories.make_skill("SQL")
    stored = store_upload(upload=pdf()["file"], owner=student, allowed=EVIDENCE, at=factories.NOW)
    evidence = factories.make_evidence(student.student, kind="file", url="", file=stored)
    form = EvidenceForm(GOOD | {"url": ""}, {}, current=evidence)
    assert form.is_valid(), form.errors
    assert form.keeps_file is True
    assert form.fields["file"].label == "Or another file"
    without = EvidenceForm(GOOD | {"url": ""}, {}, current=factories.make_evidence(student.student))
    assert list(without.errors) == ["url"]


def test_the_form_shows_what_is_stored(student):
    evidence = factories.make_evidence(student.student, skills=("SQL", "Excel"))
    initial = initial_of(evidence)
    assert (initial["title"], initial["skill_1"].name, initial["level_2"]) == ("Churn dashboard", "SQL", 2)


def answer_form(student, data):
    library = [factories.make_evidence(student.student, "One"), factories.make_evidence(student.student, "Two")]
    return library, AnswerForm({key: value.format(*[e.code for e in library]) for key, value in data.items()}, {},
                               library=library)  # fmt: skip


def test_choosing_from_the_library_needs_nothing_else(student):
    library, form = answer_form(student, {"choice": "{1}", "title": "", "url": "nonsense", "statement": ""})
    assert form.is_valid(), form.errors
    assert form.chosen() == library[1]


def test_something_new_needs_all_of_it(student):
    _library, form = answer_form(student, {"choice": "new"})
    assert set(form.errors) == {"title", "statement", "url", "proves", "ai_use"}


@pytest.mark.parametrize("choice", ["", "someone-elses"])
def test_a_choice_must_be_ones_own(student, choice):
    _library, form = answer_form(student, {"choice": choice})
    assert set(form.errors) == {"choice"}


def test_with_an_empty_library_the_fields_count_without_a_choice(student):
    new = {"title": "T", "text": "SELECT 1", "statement": "Mine.", "proves": "SQL.", "ai_use": "none"}
    form = AnswerForm(new, {}, library=[])
    assert form.is_valid(), form.errors
    assert form.chosen() is None


def test_the_plan_is_an_approach_and_a_plain_yes_or_no():
    assert PlanForm({"approach": "So.", "is_available": "no"}).is_valid()
    assert PlanForm({"approach": "So."}).errors == {"is_available": ["Say whether you can do the work in that time."]}
    assert list(PlanForm({"approach": " ", "is_available": "yes", "note": "x" * 301}).errors) == ["approach", "note"]


@pytest.mark.parametrize(
    ("data", "fields"),
    [({}, ["level", "justification"]), ({"level": "4", "justification": "x"}, ["level"]),
     ({"level": "2", "justification": "  "}, ["justification"]),
     ({"level": "2", "justification": "x" * 301}, ["justification"])],
)  # fmt: skip
def test_a_score_needs_a_level_and_a_reason(project, data, fields):
    assert list(ScoreForm(data, competency=project.competencies.first()).errors) == fields


def test_the_levels_are_anchored_at_the_level_asked_for(project):
    form = ScoreForm(competency=project.competencies.first())
    labels = [label for _value, label in form.fields["level"].choices]
    assert "<strong>Meets</strong>" in labels[2]
    assert "A realistic task done alone, with a result that works and was checked." in labels[2]


def test_only_reasons_that_an_assessor_can_give_are_offered():
    assert [value for value, _label in DeclineForm().fields["reason"].choices] == [
        "evidence", "stronger", "availability",
    ]  # fmt: skip
    assert list(DeclineForm({"reason": "filled"}).errors) == ["reason"]
    assert list(DeclineForm({"reason": "evidence", "feedback": "x" * 1_001}).errors) == ["feedback"]
    assert list(OfferForm({"note": "x" * 1_001}).errors) == ["note"]
