"""The published rubric: four anchored levels in observable words, relative to the level asked for.

Each skill family has a ladder of five steps (data/rubrics.toml). "Meets" is the step of the level asked for,
"Developing" the one below it, "Exceeds" the one above.
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


def anchors(competency):
    """[(value 0–3, word, what it looks like)]. Read the competency with its skill and family."""
    template = template_of(competency.skill.family)
    steps = [template["missing"], *template["ladder"][competency.level - 1 : competency.level + 2]]
    return [(value, SHOWN[value], text) for value, text in enumerate(steps)]


def good_evidence(competency):
    """One sentence for applicants: what helps to judge."""
    return template_of(competency.skill.family)["good"]


def wanted(level):
    """One sentence: what the level asked for means."""
    return WANTED[Level(level)]
