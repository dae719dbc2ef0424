"""What people are told about projects. Names and amounts in the title; amount and deadline in the first line."""

from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.accounts.rules import POSTERS
from marketplace.money import format_money
from marketplace.notifications.actions import mark_done, notify
from marketplace.notifications.telling import tell
from projects.queries import LIVE, places_left, undecided_count

WAITING = "moderation.project_waiting"


def posters_of(project):
    """Owners and members of the organization; finance is not told about posts."""
    rows = project.organization.memberships.filter(role__in=POSTERS).select_related("user").order_by("pk")
    return [row.user for row in rows]


def edit_url(project):
    return reverse("projects:edit", args=[project.code])


def waits_for_review(project, *, at):
    """To every moderator: a project is flagged, and why."""
    moderators = User.objects.filter(is_staff=True, is_active=True, suspended_at=None)
    reasons = "; ".join(dict.fromkeys(flag["message"] for flag in project.review_flags))
    tell(
        moderators, kind=WAITING, key=f"review:{project.code}:{at:%Y%m%d%H%M%S}", at=at, needs_action=True,
        title=f"{project.organization}: “{project.title}” waits for review", action="Open the staff queue",
        body=f"{pay_line(project)}\n\n{reasons}", reason="You are a moderator.", url=review_url(project),
        dates=dates_of(project),
    )  # fmt: skip


def review_url(project):
    """Per project, so that one decision settles this notice and no other."""
    return f"{reverse('moderation:queue')}#{project.code}"


def waits_no_longer(project, *, at):
    mark_done(kind=WAITING, url=review_url(project), at=at)


def opened(project, *, at):
    tell(
        posters_of(project), kind="project.opened", key=f"opened:{project.code}:{at:%Y%m%d%H%M%S}", at=at,
        title=f"“{project.title}” is open for applications", url=project.get_absolute_url(), action="See the project",
        body=f"{pay_line(project)} Students whose evidence fits are being told now.\n\nYou decide by "
        "{decision}: every applicant gets an answer by then.",
        facts=facts_of(project), dates=dates_of(project), reason=f"You post projects for {project.organization}.",
    )  # fmt: skip


def returned(project, *, at):
    notify(
        posters_of(project), kind="project.returned", key=f"returned:{project.code}:{at:%Y%m%d%H%M%S}", at=at,
        title=f"“{project.title}” needs a change before it can open", url=edit_url(project), needs_action=True,
        action="Edit the project", body=f"A moderator asks:\n\n{project.review_note}\n\nNothing you wrote is lost.",
        reason=f"You post projects for {project.organization}.",
    )  # fmt: skip


def closed_by_deadline(project, *, at):
    """With the number of applications that wait for a decision."""
    waiting = undecided_count(project)
    if waiting:
        number = f"{waiting} application{'s' * (waiting > 1)}"
        title = f"“{project.title}” is closed: decide on {number}"
        body = "Decide by {decision}: every applicant gets an answer by then."
    elif project.applications.exclude(submitted_at=None).exists():
        title = f"“{project.title}” is closed"
        body = "No application waits for a decision."
        if places_left(project):
            body += " Reopen it with a later deadline to fill what is left."
    else:
        title = f"“{project.title}” is closed without applications"
        body = "Reopen it with a later deadline, or copy it and change the pay or the hours."
    tell(
        posters_of(project), kind="project.closed", key=f"closed:{project.code}:{at:%Y%m%d%H%M%S}", at=at, title=title,
        body=f"{body}\n\n{pay_line(project)}", url=project.get_absolute_url(), action="Open the project",
        dates=dates_of(project), due_at=project.decisions_due_at if waiting else None,
        reason=f"You post projects for {project.organization}.",
    )  # fmt: skip


def rubric_edited(project, *, at):
    """To those who have begun an application and read the old words."""
    tell(
        applicants_of(project, ["draft"]), kind="application.rubric_edited", at=at, url=project.get_absolute_url(),
        key=f"rubric:{project.code}:{at:%Y%m%d%H%M%S}", action="Read the rubric",
        title=f"{project.organization} reworded how “{project.title}” is judged",
        body="You have begun an application and sent nothing yet. Read the rubric again before you go on: what you "
        f"wrote is kept.\n\n{pay_line(project)}", reason=begun(project), dates=dates_of(project),
    )  # fmt: skip


def clarified(added, *, at):
    """To everybody who waits for a decision or has begun an application."""
    project, about = added.project, added.competency.skill.name if added.competency else "all competencies"
    notify(
        applicants_of(project, ["draft", "waitlisted", *LIVE]), kind="application.clarified", at=at,
        key=f"clarified:{added.pk}", url=project.get_absolute_url(), action="Read it on the project page",
        title=f"{project.organization} clarified how “{project.title}” is judged",
        body=f"About {about}:\n\n{added.text}\n\nThe rubric itself has not changed, and what you sent stays as it is.",
        reason=begun(project),
    )  # fmt: skip


def applicants_of(project, statuses):
    rows = project.applications.filter(status__in=statuses).select_related("student__user").order_by("pk")
    return [row.student.user for row in rows]


def begun(project):
    return f"You began or sent an application for “{project.title}”."


def removed(project, *, at):
    notify(
        posters_of(project), kind="moderation.project_removed", key=f"removed:{project.code}", at=at,
        title=f"“{project.title}” was removed by a moderator", url=project.get_absolute_url(), action="See the project",
        body=f"Reason: {project.review_note}\n\nIf you think that this is a mistake, answer the e-mail about it.",
        reason=f"You post projects for {project.organization}.",
    )  # fmt: skip


def match_key(project):
    return f"match:{project.code}"


def match_found(project, why, *, at, is_invite=False):
    """`why`: {User: the reason in words}; one statement, however many."""
    pay, invites = pay_line(project), " invites you to apply" if is_invite else ""
    tell(
        list(why), kind="match.invited" if is_invite else "match.found", key=match_key(project), at=at,
        title=f"{project.organization}{invites}: {project.fee_text} for “{project.title}”", action="See the project",
        facts=facts_of(project), dates=dates_of(project), due_at=project.applications_close_at,
        body=lambda person: f"{pay}\n\n{why[person]}", reason=why.get, url=project.get_absolute_url(),
    )  # fmt: skip


def evidence_fits(student, why, *, at):
    """`why`: {Project: the reason in words}, the best first; one notice for all of them."""
    projects, number = list(why), len(why)
    first, is_one = projects[0], number == 1
    one = f"“{first.title}” fits what you have just shown: {first.fee_text}"
    soonest = min(project.applications_close_at for project in projects)
    tell(
        [student.user], kind="match.evidence", key=f"rematch:{student.pk}:{at:%Y%m%d%H%M%S}", at=at,
        title=one if is_one else f"{number} open projects fit what you have just shown",
        body="\n\n".join(f"{terms_line(project)}. {reason}" for project, reason in why.items()),
        url=first.get_absolute_url() if is_one else reverse("projects:for_you"),
        action="See the project" if is_one else "See what fits you", due_at=soonest, dates={"close": soonest},
        facts=[("Apply by" if is_one else "The first closes", "{close}")],
        reason="You added evidence, and " + ("this project asks" if is_one else "these projects ask") + " for it.",
    )  # fmt: skip


def terms_line(project):
    where = "remote" if project.is_remote else project.place
    return f"“{project.title}” by {project.organization}: {project.fee_text}, about {project.hours} h, {where}"


def pay_line(project):
    """`dates_of` says when `{close}` is."""
    return f"{project.fee_text} fixed for about {project.hours} hours. Apply by {{close}}."


def facts_of(project):
    return [
        ("Pay", f"{project.fee_text} fixed, about {project.hours} h"),
        ("Where", "Remote" if project.is_remote else project.place),
        ("Apply by", "{close}"),
        ("Decision by", "{decision}"),
        ("Work due", day(project.work_due_on)),
    ]


def dates_of(project):
    """For everybody in their own zone: the last minute of a day here is another day elsewhere."""
    return {"close": project.applications_close_at, "decision": project.decisions_due_at}


def day(value):
    return f"{value:%a} {value.day} {value:%b %Y}"


def search_found(project, searches, *, at):
    """`searches`: {User: the SavedSearch that found it}."""
    pay = pay_line(project)
    tell(
        list(searches), kind="search.found", key=f"search:{project.code}", at=at, url=project.get_absolute_url(),
        title=f"New: {project.fee_text} for “{project.title}”", action="See the project",
        facts=[("Organization", str(project.organization)), *facts_of(project)],
        dates=dates_of(project), due_at=project.applications_close_at, body=pay,
        reason=lambda person: f"Your saved search “{searches[person]}” found it.",
    )  # fmt: skip


def search_digest(search, rows, *, more, at):
    """`rows`: of search.statement.Row, newest first; `more`: there are others."""
    number = len(rows)
    count = f"More than {number} new projects" if more else f"{number} new project{'s' * (number != 1)}"
    lines = [
        f"{row.card['title']}, {row.card['organization']}: {format_money(row.fee_amount, row.card['currency'])},"
        f" about {row.hours} h, {row.card['place'] or 'remote'}" for row in rows
    ]  # fmt: skip
    notify(
        [search.student.user], kind="search.found", key=f"search:{search.code}:{at:%Y%m%d%H%M}", at=at,
        title=f"{count} for “{search}”", body="\n\n".join(lines), action="See them", url=search.address,
        reason=f"You saved the search “{search}”.",
    )  # fmt: skip
