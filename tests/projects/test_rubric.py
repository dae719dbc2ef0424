"""The rubric templates: one for every family, in words short enough to compare at a glance."""

import pytest

from marketplace.skills import sources
from marketplace.skills.models import Level
from projects.lint import lint_text
from projects.models import Competency
from projects.rubric import GENERAL, anchors, good_evidence, template_of, templates
from tests import factories

FAMILIES = [GENERAL, *(slug for slug, *_rest in sources.starter_families())]


def test_every_family_has_its_template_and_no_other():
    assert list(templates()) == FAMILIES


@pytest.mark.parametrize("family", FAMILIES)
def test_a_template_is_whole_short_and_lint_free(family):
    template = templates()[family]
    words = [template["missing"], *template["ladder"], template["question"], template["good"]]
    assert len(template["ladder"]) == 5
    assert [text for text in words if not 20 <= len(text) <= 150 or not text.endswith(".")] == []
    assert len(set(words)) == 8
    assert [lint_text(text) for text in words if lint_text(text)] == []


def test_no_sentence_serves_two_families():
    texts = [text for template in templates().values() for text in [*template["ladder"], template["question"]]]
    assert len(set(texts)) == len(texts)


@pytest.mark.django_db
@pytest.mark.parametrize("level", Level)
def test_meets_is_the_step_of_the_level_asked_for(level):
    family = factories.make_family("Data & Analytics")
    family.slug = "data"
    competency = Competency(skill=factories.make_skill("SQL"), level=level)
    competency.skill.family = family
    ladder = templates()["data"]["ladder"]
    assert [word for _value, word, _text in anchors(competency)] == ["Not shown", "Developing", "Meets", "Exceeds"]
    assert [text for *_rest, text in anchors(competency)][1:] == ladder[level - 1 : level + 2]
    assert anchors(competency)[2][2] == ladder[level]
    assert good_evidence(competency) == templates()["data"]["good"]


def test_a_skill_without_a_family_has_the_general_one():
    assert template_of(None) == templates()[GENERAL]
