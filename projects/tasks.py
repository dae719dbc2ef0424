"""Leaves of Celery: ids in, one action call. Losing a message loses time only, the sweeps find the rows."""

from celery import shared_task

from marketplace.clock import now
from marketplace.sweeps import one_by_one
from projects import actions, denormalised, matching, reliability
from projects.matching import again
from projects.matching.pool import COUNTED
from projects.models import Project
from projects.search import text

BATCH = 50


@shared_task
def match_project(project_id):
    """Tell the students who fit one open project."""
    project = Project.objects.filter(pk=project_id).first()
    if project is not None:
        matching.match_project(project, now())


@shared_task
def sweep_matching():
    """Open projects nobody has been matched with yet: the nudge was lost, or came too early."""
    due = Project.objects.open().filter(matched_at=None).order_by("opened_at", "pk")
    one_by_one(due[:BATCH], lambda project: matching.match_project(project, now()))


@shared_task
def sweep_evidence():
    """Students who have shown more than before: the open projects that fit them now."""
    at = now()
    one_by_one(again.due(at), lambda student_id: again.rematch(student_id, at))


@shared_task
def sweep_searches():
    """Open projects that saved searches have not been told of yet, then the daily and weekly searches that are due.

    After matching: who hears of a project because it fits needs no second e-mail.
    """
    due = Project.objects.open().filter(searched_at=None, matched_at__isnull=False).order_by("opened_at", "pk")
    one_by_one(due[:BATCH], lambda project: actions.tell_searches(project, now()))
    while actions.run_due_searches(at=now()):
        pass


@shared_task
def sweep_clocks():
    """Close what the application deadline has passed for."""
    actions.close_due(at=now())


@shared_task
def count_students():
    """Of the skills that many have shown: matching weighs a skill by how rare it is."""
    denormalised.count_students(COUNTED)


@shared_task
def keep_words():
    """Note the words that a mistyped search is mended with."""
    text.keep_words()


@shared_task
def sweep_reliability():
    """Make the figures of the organizations for which something changed."""
    reliability.refresh_due()


@shared_task
def check_rows():
    """Compare a sample of the rows that pages and matching read; what differs is logged as an error and put right."""
    for rows in denormalised.ALL.values():
        rows.check(at_most=1_000)
    reliability.check(at_most=50)
