"""A project as a list shows it, every word ready: templates only print."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.conf import settings
from django.utils.safestring import mark_safe

from marketplace.formatting import times
from marketplace.formatting.fragments import fragment, url
from marketplace.money import format_money
from marketplace.skills.models import StudentSkill
from projects.models import Project


@dataclass(frozen=True, slots=True)
class Card:
    """`skills`: (name, whether this student has shown it) of each. Closed: `closes` is "", `closes_at` None."""

    pk: int
    code: str
    url: str
    title: str
    organization: str
    is_verified: bool
    fee: str  # "$480"
    terms: str  # "~16 h · due 14 Mar · Remote"
    skills: tuple
    have: str  # "You have 2 of 3", for students who have any
    state: str  # "6 of 25 applicants", or why nobody can apply: "Closed"
    closes: str  # "in 3 days"
    closes_at: datetime | None
    is_saved: bool
    may_save: bool
    has_applied: bool

    def drawn(self, heading):
        """HTML of what stays the same while the project does. `heading`: "h2" or "h3"."""
        return _drawn(
            heading, self.url, self.title, self.organization, self.is_verified, self.fee, self.terms, self.skills
        )


@lru_cache(maxsize=0 if settings.DEBUG else 2_000)
def _drawn(*values):
    names = ("heading", "url", "title", "organization", "is_verified", "fee", "terms", "skills")
    return mark_safe(fragment("projects/_card.jinja", dict(zip(names, values, strict=True)), None))  # noqa: S308 - escaped there


def of_row(row, *, levels, at, student, own):
    """The Card of a search.statement.Row. `levels`: {skill id: level this student has shown}; `own`: ids of the
    reader's organizations."""
    card = row.card
    shown = tuple((name, levels.get(pk, 0) >= level) for pk, level, name in card["skills"])
    return _card(
        pk=row.pk, code=card["code"], title=card["title"], organization=card["organization"],
        is_verified=card["verified"], fee=format_money(row.fee_amount, card["currency"]), hours=row.hours,
        due=date.fromisoformat(card["due"]), place=card["place"], places=card["places"], skills=shown,
        applicants=row.applicants, closes_at=row.closes_at, at=at, is_saved=row.is_saved, has_applied=row.has_applied,
        may_save=student is not None and card["organization_id"] not in own,
    )  # fmt: skip


def cards_of(rows, reader, at, *, levels):
    """Cards of search.statement.Rows for this reader. `levels`: as for of_row."""
    student = reader.student
    own = {organization.pk for organization in reader.organizations}
    at = times.local(at)  # once, not for every card
    return [of_row(row, levels=levels, at=at, student=student, own=own) for row in rows]


def levels_of(student):
    """{skill id: level shown} of one student."""
    return dict(StudentSkill.objects.filter(student=student).values_list("skill_id", "level"))


def of_project(project, *, levels, at, student, own, is_saved, has_applied):
    """The same of a project in any state, with its card's parts and counts."""
    shown = tuple((row.skill.name, levels.get(row.skill_id, 0) >= row.level) for row in project.competencies.all())
    is_open = project.accepts_applications(at)
    return _card(
        pk=project.pk, code=project.code, title=project.title, organization=project.organization.name,
        is_verified=project.organization.is_verified, fee=project.fee_text, hours=project.hours,
        due=project.work_due_on, place="" if project.is_remote else project.place, places=project.places, skills=shown,
        applicants=project.live_count, closes_at=project.applications_close_at if is_open else None, at=at,
        is_saved=is_saved, has_applied=has_applied,
        may_save=student is not None and project.organization_id not in own,
        state="" if is_open else closed_words(project),
    )  # fmt: skip


def closed_words(project):
    return "Applications closed" if project.status == Project.Status.OPEN else project.get_status_display()


def _card(*, code, hours, due, place, places, skills, applicants, closes_at, at, state="", **plain):
    """`at`: in the reader's zone, whose calendar counts the days."""
    shown = sum(has for _name, has in skills)
    terms = [f"~{hours} h", f"due {times.day(due, at.year)}", place or "Remote"]
    if places > 1:
        terms.append(f"{places} places")
    return Card(
        code=code, url=url("projects:detail", code), terms=" · ".join(terms), skills=skills,
        have=f"You have {shown} of {len(skills)}" if shown else "",
        state=state or f"{applicants} of {settings.LIVE_APPLICATIONS_PER_PROJECT} applicants",
        closes=times.relative(closes_at, at, at.tzinfo) if closes_at else "", closes_at=closes_at, **plain,
    )  # fmt: skip
