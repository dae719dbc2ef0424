"""What those who judge are told. Before the shortlist an applicant is a letter here as everywhere."""

from applications.blind import name_of
from applications.models import Application
from applications.notices.telling import assesses, board_url, fee, page
from applications.rules import assessors_of
from marketplace.notifications.actions import mark_done
from marketplace.notifications.telling import tell

Status = Application.Status
DECIDE_SOON, DISAGREEMENT = "application.decide_soon", "application.disagreement"


def application_received(application, at):
    project = application.project
    live = project.applications.filter(status__in=Application.LIVE).count()
    number = "the first application" if live == 1 else f"{live} live applications"
    tell(
        assessors_of(project), kind="application.received", key=f"received:{application.code}", at=at,
        title=f"{name_of(application)} applied to “{project.title}”",
        body=f"“{project.title}” ({fee(project)}) has {number}. Every applicant gets an answer by {{decision}}.\n\n"
        "You judge the evidence one competency at a time, without names.",
        dates={"decision": project.decisions_due_at}, due_at=project.decisions_due_at, url=board_url(project),
        action="Open the assessment board", reason=assesses(project),
    )  # fmt: skip


def application_withdrawn(application, at):
    project = application.project
    tell(
        assessors_of(project), kind="application.withdrawn", key=f"withdrawn:{application.code}", at=at,
        title=f"{name_of(application)} withdrew from “{project.title}”",
        body="Nothing is left to decide about this application.", url=board_url(project),
        action="Open the assessment board", reason=assesses(project),
    )  # fmt: skip
    settle_decisions(project, at)
    settle_disagreement(application, at)


def disagreement(application, competencies, people, at):
    """To those who scored: each is told once about an applicant."""
    project, skills = application.project, " and ".join(one.skill.name for one in competencies)
    tell(
        people, kind=DISAGREEMENT, key=f"disagreement:{application.code}", at=at, needs_action=True,
        title=f"Settle the scores of {name_of(application)} for “{project.title}”",
        body=f"Two of you are two levels or more apart in {skills}. Read both reasons beside the evidence; then change "
        f"a score, or agree on one level.\n\nUntil then {name_of(application)} cannot be shortlisted, nor declined for "
        "the evidence. The decision is due {decision}.",
        dates={"decision": project.decisions_due_at}, due_at=project.decisions_due_at,
        url=page("applicant", application), action="Settle the scores", reason=assesses(project),
    )  # fmt: skip


def settle_disagreement(application, at):
    """The scores are near enough, agreed on, or no longer needed."""
    mark_done(kind=DISAGREEMENT, url=page("applicant", application), at=at)


def offer_declined(application, at):
    project = application.project
    tell(
        assessors_of(project), kind="offer.declined", key=f"offer-declined:{application.code}", at=at,
        title=f"{name_of(application)} declined your {fee(project)} offer for “{project.title}”",
        body=_next_offer(project), url=board_url(project, "shortlist"), action="Open the shortlist",
        reason=assesses(project),
    )  # fmt: skip


def offer_lapsed_for_organization(application, at):
    project = application.project
    tell(
        assessors_of(project), kind="offer.lapsed", key=f"offer-lapsed:{application.code}", at=at,
        title=f"Your {fee(project)} offer to {name_of(application)} for “{project.title}” has expired",
        body=_next_offer(project), url=board_url(project, "shortlist"), action="Open the shortlist",
        reason=assesses(project),
    )  # fmt: skip


def offer_ended_for_organization(application, at):
    project = application.project
    tell(
        assessors_of(project), kind="offer.lapsed", key=f"offer-ended:{application.code}:{at:%Y%m%d%H%M}", at=at,
        title=f"Your {fee(project)} offer to {name_of(application)} for “{project.title}” has ended",
        body="Their account is not available any more, so they cannot accept. It is nothing that you did, and it does "
        f"not count against your response rate.\n\n{_next_offer(project)}",
        url=board_url(project, "shortlist"), action="Open the shortlist", reason=assesses(project),
    )  # fmt: skip


def _next_offer(project):
    waiting = project.applications.filter(status=Status.SHORTLISTED).count()
    if waiting:
        people = "person is" if waiting == 1 else "people are"
        return f"The place is free again. {waiting} more {people} on your shortlist: you can offer it now."
    return "The place is free again. Nobody else is on your shortlist."


def decide_soon(project, at):
    waiting = project.applications.filter(status__in=[Status.SUBMITTED, Status.SHORTLISTED]).count()
    number = f"{waiting} application{'s' * (waiting > 1)}"
    tell(
        assessors_of(project), kind=DECIDE_SOON, key=f"decide-soon:{project.code}:{at:%Y%m%d%H%M}", at=at,
        needs_action=True,
        title=f"Decide on {number} for “{project.title}” by {{decision}}",
        body=f"{number.capitalize()} for {fee(project)} wait for your answer until {{decision}}.\n\nIf the date "
        "passes, the applicants are told that you did not decide, and your response rate drops.",
        dates={"decision": project.decisions_due_at}, due_at=project.decisions_due_at, url=board_url(project),
        action="Decide now", reason=assesses(project),
    )  # fmt: skip


def decisions_lapsed(project, number, at, paused_until=None):
    """`paused_until`: this was the second lapse, and posting is paused."""
    settle_decisions(project, at)
    applicants = f"{number} applicant{'s' * (number > 1)}"
    then = "A second lapse within 180 days pauses posting."
    if paused_until:
        then = "It is the second lapse within 180 days, so you cannot post new projects until {paused}."
    tell(
        assessors_of(project), kind="application.decisions_lapsed", key=f"decisions-lapsed:{project.code}:{at:%Y%m%d}",
        at=at, title=f"The decision date of “{project.title}” has passed: {applicants} told so",
        body=f"{applicants.capitalize()} waited for an answer until {{decision}}. We told them that you did not "
        f"decide. It counts against your response rate.\n\n{then}",
        dates={"decision": project.decisions_due_at, "paused": paused_until or at}, url=board_url(project),
        action="Open the assessment board", reason=assesses(project),
    )  # fmt: skip


def settle_decisions(project, at):
    """When nothing is left to decide, the reminders need nobody."""
    if not project.applications.filter(status__in=[Status.SUBMITTED, Status.SHORTLISTED]).exists():
        mark_done(kind=DECIDE_SOON, url=board_url(project), at=at)
