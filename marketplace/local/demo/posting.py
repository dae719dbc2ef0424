"""The projects of the demo, posted through the same actions as in the pages."""

from datetime import timedelta

from marketplace.accounts.models import Membership
from marketplace.clock import end_of_day
from marketplace.skills.models import Skill, SkillFamily
from projects.actions import (
    cancel_project,
    close_project,
    create_draft,
    open_project,
    remove_project,
    save_section,
    submit_project,
)
from projects.matching import match_project
from projects.models import Competency, Project


def poster(organization):
    """Whoever posts for the organization: its first owner."""
    row = organization.memberships.filter(role=Membership.Role.OWNER).order_by("pk").select_related("user").first()
    return row.user


def post(text, organization, *, opened_at, closes_at, sections=None):
    """A draft with the given sections of the text, or all of them."""
    by, started = poster(organization), opened_at - timedelta(hours=26)
    project = create_draft(organization=organization, by=by, at=started, title=text["title"])
    values = section_values(text, closes_at, by.time_zone)
    for name in sections or values:
        project = save_section(project=project, section=name, by=by, at=started, **values[name])
    return project


def section_values(text, closes_at, zone):
    """{section: values}; a deadline is the end of a day where the poster lives."""
    decided = closes_at + timedelta(days=5)
    names = [row["skill"] for row in text["competencies"]]
    skills = {skill.name.lower(): skill for skill in Skill.objects.filter(name__in=names)}
    return {
        "outcome": {
            "title": text["title"], "brief": text["brief"], "field": SkillFamily.objects.get(slug=text["field"]),
        },
        "deliverable": {"deliverable": text["deliverable"], "criteria": text["criteria"]},
        "competencies": {
            "competencies": [
                {
                    "skill": skills[row["skill"].lower()], "level": row["level"], "evidence_asked": row["evidence"],
                    "ai_policy": row.get("ai", Competency.AIPolicy.DISCLOSED),
                }
                for row in text["competencies"]
            ]
        },
        "pay": {
            "hours": text["hours"], "fee_amount": text["fee"] * 100, "places": text.get("places", 1),
            "is_remote": "place" not in text, "place": text.get("place", ""),
            "applications_close_at": end_of_day(closes_at.date(), zone),
            "decisions_due_at": end_of_day(decided.date(), zone),
            "work_due_on": (decided + timedelta(days=10 + text["hours"] // 2)).date(),
        },
        "portfolio": permission(text, decided),
    }  # fmt: skip


def permission(text, decided):
    chosen = text.get("permission", "full")
    dated = chosen == Project.PortfolioPermission.AFTER_DATE
    return {
        "portfolio_permission": chosen,
        "portfolio_from": (decided + timedelta(days=60)).date() if dated else None,
    }


def publish(project, *, moderator, at):
    """Submit, let a moderator open what was held, tell the students it fits."""
    project = submit_project(project=project, by=project.created_by, at=at - timedelta(hours=2))
    if project.status == Project.Status.IN_REVIEW:
        project = open_project(project=project, by=moderator, at=at, reason="Clear, paid, and within the rules.")
    match_project(project, at)
    return project


def submit(project, *, at):
    return submit_project(project=project, by=project.created_by, at=at)


def close(project, *, at):
    return close_project(project=project, by=None, at=at, reason=Project.CloseReason.DEADLINE)


def cancel(project, *, at, reason):
    return cancel_project(project=project, by=project.created_by, at=at, reason=reason)


def remove(project, *, moderator, at, reason):
    return remove_project(project=project, by=moderator, at=at, reason=reason)
