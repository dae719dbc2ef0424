"""Many rows at once, without the price of a password each."""

from marketplace.accounts.models import Student, User
from tests import factories
from tests.factories import NOW, counter

BRIEF = "Three CSV exports of a yearly survey. We want one clean file that we can trust."


def quick_student(name="Ari Example", **fields):
    """A Student who never signs in."""
    number = next(counter)
    user = User.objects.create(email=f"quick{number}@people.example", name=name, **fields.pop("person", {}))
    defaults = {"slug": f"quick-{number}", "display_name": name, "created_at": NOW}
    return Student.objects.create(user=user, **(defaults | fields))


def section_values(**changes):
    """What the forms of the task list would save, section by section."""
    values = {
        "outcome": {"title": "Clean survey data", "field": factories.make_family(), "brief": BRIEF},
        "deliverable": {"deliverable": "One CSV", "criteria": ["A holds", "B holds", "C holds"]},
        "competencies": {
            "competencies": [
                {"skill": factories.make_skill(name), "level": 2, "evidence_asked": "Show one."}
                for name in ("SQL", "Data cleaning")
            ]
        },
        "pay": {
            "hours": 16, "fee_amount": 48_000, "places": 1, "is_remote": True, "place": "",
            "applications_close_at": NOW + factories.timedelta(days=10),
            "decisions_due_at": NOW + factories.timedelta(days=15),
            "work_due_on": (NOW + factories.timedelta(days=30)).date(),
        },
        "portfolio": {"portfolio_permission": "full", "portfolio_from": None},
    }  # fmt: skip
    for section, override in changes.items():
        values[section] |= override
    return values
