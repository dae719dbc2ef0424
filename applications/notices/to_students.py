"""What the student who applied is told. Amount and date come first; the reason and the levels with every answer."""

from django.conf import settings

from applications.feedback import lessons_of
from applications.models import Application
from applications.notices.telling import applied, day, fee, page, student_of
from applications.queries import days_to_work, place_in_line, waits_until
from marketplace.notifications.actions import mark_done
from marketplace.notifications.telling import tell

Reason = Application.Reason


def application_sent(application, at, has_waited=False):
    project = application.project
    free = "A place in the queue became free. " if has_waited else ""
    tell(
        student_of(application), kind="application.sent", key=f"sent:{application.code}", at=at,
        title=f"{project.organization} received your application for “{project.title}”",
        body=f"{free}{fee(project)} for about {project.hours} hours. You have an answer by {{decision}} at the latest."
        "\n\n"
        "Your evidence is judged without your name. It is shown when you are shortlisted.",
        dates={"decision": project.decisions_due_at},
        facts=[("Reference", application.code), ("Pay", f"{fee(project)} fixed"), ("Answer by", "{decision}")],
        url=application.get_absolute_url(), action="See your application", reason=applied(application),
    )  # fmt: skip


def application_waitlisted(application, at):
    project, number, most = application.project, place_in_line(application), settings.LIVE_APPLICATIONS_PER_PROJECT
    tell(
        student_of(application), kind="application.waitlisted", key=f"waitlisted:{application.code}", at=at,
        title=f"You are number {number} on the waiting list for “{project.title}”",
        body=f"{project.organization} reads {most} applications at a time. Yours moves up when somebody withdraws or "
        "is answered, and you are told.\n\nIf that does not happen by {until}, it ends unread, and you are told "
        "that as well. You can withdraw at any time.",
        dates={"until": waits_until(project)}, url=application.get_absolute_url(),
        action="See your application", reason=applied(application),
    )  # fmt: skip


def shortlisted(application, at):
    project = application.project
    tell(
        student_of(application), kind="application.shortlisted", key=f"shortlisted:{application.code}", at=at,
        title=f"{project.organization} shortlisted you for “{project.title}”: {fee(project)}",
        body=f"{fee(project)} is within reach. {project.organization} decides by {{decision}}.\n\n"
        "From now on they see your name, your e-mail address and your portfolio. Set up your payouts now, so that "
        "nothing delays you if you get the offer.",
        dates={"decision": project.decisions_due_at}, facts=level_facts(application),
        url=application.get_absolute_url(), action="See your application", reason=applied(application),
    )  # fmt: skip


def offer_made(application, at, again=False):
    project = application.project
    work_days = days_to_work(project, at)
    free = "A place that was taken is free again. " if again else ""
    if application.revealed_at == application.offered_at:
        free += "They see your name, your e-mail address and your portfolio from now on. "
    due = f"{work_days} days after you accept" if work_days else day(project.work_due_on)
    note = f"\n\n{project.organization} writes:\n\n{application.offer_note}" if application.offer_note else ""
    tell(
        student_of(application), kind="offer.made", at=at, needs_action=True,
        key=f"offer:{application.code}:{application.offered_at:%Y%m%d%H%M}",
        title=f"{project.organization} offers you {fee(project)} for “{project.title}”",
        body=f"{fee(project)} fixed for about {project.hours} hours. Answer by {{expires}}, or the offer expires.\n\n"
        f"{free}You start when {project.organization} has funded the project, not before.{note}",
        dates={"expires": application.offer_expires_at}, due_at=application.offer_expires_at,
        facts=[("Pay", f"{fee(project)} fixed"), ("Answer by", "{expires}"), ("Work due", due)],
        url=page("offer_view", application), action="Answer the offer", reason=applied(application),
    )  # fmt: skip


def offer_expires_soon(application, at):
    project = application.project
    tell(
        student_of(application), kind="offer.expiring", at=at,
        key=f"offer-soon:{application.code}:{application.offer_expires_at:%Y%m%d%H%M}",
        title=f"Your {fee(project)} offer for “{project.title}” expires {{expires}}",
        body=f"{fee(project)} from {project.organization}: answer by {{expires}}. A no frees the place for "
        "somebody else.",
        dates={"expires": application.offer_expires_at}, due_at=application.offer_expires_at,
        url=page("offer_view", application), action="Answer the offer", reason=applied(application),
    )  # fmt: skip


def settle_offer(application, at):
    """Nothing waits for the student's answer any more."""
    mark_done(kind="offer.made", url=page("offer_view", application), at=at)


WHY = {
    Reason.EVIDENCE: "The evidence did not show a competency at the level asked for.",
    Reason.STRONGER: "Others showed the competencies more strongly.",
    Reason.AVAILABILITY: "Your availability did not fit the dates.",
    Reason.FILLED: "All places were filled.",
    Reason.QUEUE: "No place in the queue became free, so nobody read your application. This says nothing about it.",
    Reason.CANCELLED: "The project was cancelled. This says nothing about your application.",
}


def not_selected(application, at):
    project = application.project
    feedback = f"\n\n{project.organization} writes:\n\n{application.feedback}" if application.feedback else ""
    levels = level_facts(application)
    learn = "\n\nBelow is what your evidence showed, competency by competency." if levels else ""
    tell(
        student_of(application), kind="application.not_selected", at=at,
        key=f"not-selected:{application.code}:{application.reason}",
        title=f"{project.organization} did not select you for “{project.title}”",
        body=f"{WHY[application.reason]}{learn}{feedback}\n\nYour evidence stays in your library for the next project.",
        facts=levels, url=application.get_absolute_url(), action="See your levels", reason=applied(application),
    )  # fmt: skip


def decision_lapsed(application, at):
    project = application.project
    tell(
        student_of(application), kind="application.lapsed", key=f"lapsed:{application.code}", at=at,
        title=f"{project.organization} did not decide on “{project.title}” in time",
        body=f"The decision was due {{due}} and {project.organization} let it pass. This says nothing about your "
        "evidence.\n\nIt counts against the response rate that every one of their projects shows. Your place among "
        "your live applications is free again.",
        dates={"due": project.decisions_due_at}, facts=level_facts(application), url=application.get_absolute_url(),
        action="See your application", reason=applied(application),
    )  # fmt: skip


def offer_lapsed_for_student(application, at):
    project = application.project
    tell(
        student_of(application), kind="offer.lapsed", key=f"offer-lapsed:{application.code}", at=at,
        title=f"Your {fee(project)} offer for “{project.title}” has expired",
        body=f"The offer was open until {{expires}}. {project.organization} may offer the place to somebody else now.",
        dates={"expires": application.offer_expires_at}, url=application.get_absolute_url(),
        action="See your application", reason=applied(application),
    )  # fmt: skip


def offer_ended_for_student(application, at):
    project = application.project
    tell(
        student_of(application), kind="offer.lapsed", key=f"offer-ended:{application.code}:{at:%Y%m%d%H%M}", at=at,
        title=f"Your {fee(project)} offer for “{project.title}” has ended",
        body="While your account is suspended you cannot accept an offer, so the place is free for somebody else.\n\n"
        f"We told {project.organization} that your account is not available, and not why.",
        url=application.get_absolute_url(), action="See your application", reason=applied(application),
    )  # fmt: skip


def level_facts(application):
    """[(skill, "Meets (asked: Working)")] where somebody has scored it."""
    return [(str(lesson.competency.skill), lesson.in_words) for lesson in lessons_of(application)]
