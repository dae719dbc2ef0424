"""The published rubric: four anchored levels in observable words, relative to the level asked for.

Each skill family has a ladder of five steps (data/rubrics.toml). "Meets" is the step of the level asked for,
"Developing" the one below it, "Exceeds" the one above. An organization may word each of them anew.
"""

import tomllib
from functools import cache
from pathlib import Path

from marketplace.skills.models import Level

TEMPLATES = Path(__file__).parent / "data/rubrics.toml"
GENERAL = "general"  # for skills without a family, as imported ones
SHOWN = ("Not shown", "Developing", "Meets", "Exceeds")

IN_SHORT = {
    Level.FOUNDATIONAL: "a small task, with an example",
    Level.WORKING: "alone, on a realistic task",
    Level.ADVANCED: "a hard or unclear task",
}
WANTED = {
    Level.FOUNDATIONAL: "Can do it on a small, familiar task with an example to follow.",
    Level.WORKING: "Does it alone on a realistic task and checks the result.",
    Level.ADVANCED: "Does it on a hard or unclear task and can defend the choices made.",
}


@cache
def templates():
    """{slug of a family: {"missing", "ladder", "question", "good"}}."""
    return tomllib.loads(TEMPLATES.read_text(encoding="utf-8"))


def template_of(family):
    """`family`: a SkillFamily, or None."""
    return templates().get(family.slug if family else GENERAL) or templates()[GENERAL]


def steps_of(template, level):
    """The four texts of a template for a level asked for."""
    return [template["missing"], *template["ladder"][level - 1 : level + 2]]


def template_rubric(competency):
    return steps_of(template_of(competency.skill.family), competency.level)


def rubric_of(competency):
    """Four texts: the organization's own, else the template's. Read the competency with its skill and family."""
    return competency.rubric or template_rubric(competency)


def anchors(competency):
    """[(value 0–3, word, what it looks like)]"""
    return [(value, SHOWN[value], text) for value, text in enumerate(rubric_of(competency))]


def good_evidence(competency):
    """One sentence for applicants: what helps to judge."""
    return competency.good_evidence or template_of(competency.skill.family)["good"]


def own_words(competency):
    """{"rubric", "good_evidence", "ai_policy"}: what the organization chose; words are empty where they are the
    template's."""
    rubric, good = competency.rubric, competency.good_evidence
    return {
        "rubric": [] if rubric == template_rubric(competency) else rubric,
        "good_evidence": "" if good == template_of(competency.skill.family)["good"] else good,
        "ai_policy": competency.ai_policy,
    }


def fixed(competencies):
    """The competencies with every word in the row, so that a later template changes nothing that was published."""
    for competency in competencies:
        competency.rubric, competency.good_evidence = rubric_of(competency), good_evidence(competency)
    return competencies


def wanted(level):
    """One sentence: what the level asked for means."""
    return WANTED[Level(level)]
