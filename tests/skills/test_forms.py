import pytest
from django import forms

from marketplace.skills.forms import SkillField
from tests.factories import make_skill

pytestmark = pytest.mark.django_db


class EvidenceForm(forms.Form):
    skill = SkillField(label="Skill or tool")


class OptionalForm(forms.Form):
    skill = SkillField(required=False)


@pytest.fixture
def skills():
    python, photoshop = make_skill("Python"), make_skill("Adobe Photoshop")
    python.aliases.create(name="Python 3")
    photoshop.aliases.create(name="Photoshop")
    return python, photoshop


def errors(text, form=EvidenceForm):
    bound = form({"skill": text})
    assert bound.is_valid() is False
    return bound.errors["skill"]


def test_a_name_or_an_alias_is_accepted(skills):
    for text in ["Python", "python 3", "  PYTHON "]:
        form = EvidenceForm({"skill": text})
        assert form.is_valid()
        assert form.cleaned_data["skill"] == skills[0]


def test_a_near_miss_offers_what_is_close(skills):
    assert errors("pyton") == ["We know no skill called “pyton”. Did you mean Python?"]


def test_an_unknown_word_says_what_to_do(skills):
    assert errors("zzzz") == ["We know no skill called “zzzz”. Try a more common word for it."]


def test_an_alias_of_two_skills_asks_which(skills):
    for skill in skills:
        skill.aliases.create(name="PS")
    assert errors("ps") == ["“ps” may mean Adobe Photoshop or Python. Write one of these."]


def test_limits_are_said(skills):
    assert errors("") == ["Choose a skill or tool."]
    assert errors("x" * 101) == ["Ensure this value has at most 100 characters (it has 101)."]
    assert errors("\x00") == ["Null characters are not allowed."]


def test_empty_is_none_where_it_may_be_left_out():
    form = OptionalForm({"skill": ""})
    assert form.is_valid()
    assert form.cleaned_data["skill"] is None


def test_what_was_typed_stays_and_is_escaped(skills):
    html = str(EvidenceForm({"skill": "<script>alert(1)</script>"})["skill"])
    assert 'value="&lt;script&gt;alert(1)&lt;/script&gt;"' in html
    assert html.startswith('<skill-picker data-src="/skills/typeahead/"><input type="text" name="skill"')


def test_a_skill_or_its_key_as_initial_shows_its_name(skills):
    for initial in (skills[0], skills[0].pk):
        form = EvidenceForm({"skill": "Python"}, initial={"skill": initial})
        assert form.has_changed() is False
        assert 'value="Python"' in str(EvidenceForm(initial={"skill": initial})["skill"])
