"""A small market whose every answer plain Python can give too."""

import random
from datetime import timedelta

import pytest

from projects.models import Project
from tests import factories
from tests.factories import NOW

SKILLS = ["SQL", "Python", "Figma", "Copywriting", "Tableau"]


@pytest.fixture
def market(organization, owner):
    """Thirty open projects with random terms, and one of every other state that must never show."""
    chance = random.Random(7)
    families = [factories.make_family(name) for name in ("Data & Analytics", "Design", "Writing")]
    for number in range(30):
        hours = chance.randint(10, 40)
        factories.make_project(
            organization=organization, title=f"Project number {number:02}", field=chance.choice(families), hours=hours,
            fee_amount=hours * chance.choice([2_000, 3_000, 4_500]), is_remote=chance.random() > 0.3,
            place="Ghent", skills=chance.sample(SKILLS, chance.randint(2, 4)),
            opened_at=NOW - timedelta(hours=chance.randint(0, 8)),
            applications_close_at=NOW + timedelta(days=chance.choice([1, 2, 5, 9])),
        )  # fmt: skip
    for status in ("draft", "in_review", "closed", "cancelled", "removed"):
        factories.make_project(organization=organization, status=status, title=f"Hidden {status}")
    factories.make_project(organization=organization, title="Hidden past", applications_close_at=NOW)
    return list(Project.objects.filter(title__startswith="Project").prefetch_related("competencies__skill"))
