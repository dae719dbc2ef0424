"""The published rubric: the same four anchored levels for every competency, relative to the level asked for."""

from marketplace.skills.models import Level

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

ANCHORS = {
    Level.FOUNDATIONAL: (
        "The evidence is about something else, or it is not clear what the applicant did.",
        "A first attempt that needed somebody else to finish or correct it.",
        "A small task done correctly by the applicant, perhaps after an example.",
        "A realistic task done alone, with the result checked.",
    ),
    Level.WORKING: (
        "The evidence is about something else, or it is not clear what the applicant did.",
        "A small or guided task done correctly, but not yet a realistic one alone.",
        "A realistic task done alone, with a result that works and was checked.",
        "A hard or unclear task, with the choices explained and alternatives weighed.",
    ),
    Level.ADVANCED: (
        "The evidence is about something else, or it is not clear what the applicant did.",
        "A realistic task done alone, but a routine one, or the choices are not explained.",
        "A hard or unclear task done well, with the choices explained.",
        "Work that others build on: a method, a tool or a standard that held up in use.",
    ),
}


def anchors(level):
    """[(value 0–3, word, what it looks like)] for a competency wanted at `level`."""
    return [(value, SHOWN[value], text) for value, text in enumerate(ANCHORS[Level(level)])]


def wanted(level):
    """One sentence: what the level asked for means."""
    return WANTED[Level(level)]
