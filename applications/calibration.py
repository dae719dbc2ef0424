"""The calibration: invented evidence with an answer key (data/calibration.toml), scored before the first applicant."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from applications.models import Shown
from marketplace.skills.models import Level
from projects.rubric import SHOWN, WANTED, steps_of, templates

EXAMPLES = Path(__file__).parent / "data/calibration.toml"
MINUTES = 3


@dataclass(frozen=True)
class Example:
    slug: str
    family: str
    skill: str
    level: int  # asked for
    asked: str
    title: str
    statement: str
    shown: str  # what an assessor finds in it
    key: int
    why: str
    below: str  # to who scored lower than the key
    above: str

    @property
    def anchors(self):
        """[(value 0–3, word, what it looks like)]"""
        texts = steps_of(templates()[self.family], self.level)
        return [(value, SHOWN[value], text) for value, text in enumerate(texts)]

    @property
    def wanted(self):
        return WANTED[Level(self.level)]

    @property
    def level_asked(self):
        return Level(self.level).label

    @property
    def key_word(self):
        return Shown(self.key).label

    def remark(self, level):
        """One sentence to who scored otherwise; nothing to who scored as the key."""
        return self.below if level < self.key else self.above if level > self.key else ""


@cache
def examples():
    return tuple(Example(**row) for row in tomllib.loads(EXAMPLES.read_text(encoding="utf-8"))["example"])


def is_complete(answers):
    """`answers`: {slug: level}"""
    return all(example.slug in answers for example in examples())


def matches(answers):
    """How many were scored as the key."""
    return sum(answers.get(example.slug) == example.key for example in examples())
