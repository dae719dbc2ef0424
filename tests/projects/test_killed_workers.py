"""Workers are killed while they match: each student is told of each project once, as if nothing had happened."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import redis
from django.db import connection
from django.utils import timezone

from marketplace.local.run import AS_ROOT
from marketplace.notifications.models import Notification
from projects.models import Match, Project
from tests import factories
from tests.projects.factories import quick_student
from tests.rounds import is_long, rounds

CELERY = [sys.executable, *AS_ROOT, "-m", "celery", "--app", "marketplace", "--quiet"]
WORKER = [*CELERY, "worker", "--concurrency", "2", "--loglevel", "ERROR", "--without-gossip", "--without-mingle"]
STUDENTS = 4
END = 150  # seconds
BROKER_DATABASE = 13  # of Redis: one that no other test uses


@pytest.fixture
def broker():
    address = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{BROKER_DATABASE}").geturl()
    redis.from_url(address).flushdb()
    yield address
    redis.from_url(address).flushdb()


@pytest.fixture
def environment(broker):
    name = connection.settings_dict["NAME"]
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return {
        **os.environ, "DATABASE_URL": address, "REDIS_URL": broker, "SWEEP_SECONDS": "1", "PROCESS": "",
        "MATCH_NOTICES_PER_WEEK": "100000", "EMAIL_URL": "dummymail://",
    }  # fmt: skip


@contextmanager
def running(command, environment):
    """The process and its children, in a group of their own."""
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        yield process
    finally:
        kill(process)


def kill(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def unmatched():
    return Project.objects.filter(matched_at=None).count()


def opened_now():
    """Dates of a project that is open by the clock of the workers."""
    at = timezone.now()
    return {
        "submitted_at": at, "opened_at": at, "applications_close_at": at + timedelta(days=5),
        "decisions_due_at": at + timedelta(days=10), "work_due_on": (at + timedelta(days=30)).date(),
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_each_due_notice_is_written_exactly_once_whoever_is_killed(environment, tmp_path):
    number, kills, chance = rounds(20, 200), rounds(2, 12), random.Random(7)
    organization = factories.make_organization(owner=factories.make_user("Olive Owner"))
    students = [quick_student() for _student in range(STUDENTS)]
    for student in students:
        for skill in ("SQL", "Data cleaning"):
            factories.make_student_skill(student, skill)
    for _project in range(number):
        factories.make_project(organization=organization, **opened_now())
    beat = [*CELERY, "beat", "--loglevel", "ERROR", "--schedule", str(tmp_path / "schedule"), "--pidfile="]
    with running(beat, environment):
        killed = work_and_kill(environment, kills, number, chance)
    assert unmatched() == 0
    codes = Project.objects.values_list("code", flat=True)
    due = sorted((student.user_id, project) for student in students for project in codes)
    told = Notification.objects.filter(kind="match.found").values_list("recipient_id", "url")
    assert sorted((person, url.strip("/").split("/")[-1]) for person, url in told) == due
    assert Match.objects.count() == len(due) == STUDENTS * number
    assert killed >= 1, "no worker was killed while there was work"
    assert not is_long() or killed >= 3


def work_and_kill(environment, kills, number, chance):
    """Workers one after the other, each killed in its work but for the last; how many were killed with work left."""
    end, killed = time.monotonic() + END, 0
    while unmatched() and time.monotonic() < end:
        with running(WORKER, environment) as worker:
            before = unmatched()
            stop_at = chance.randint(1, max(1, number // (kills + 1)))
            while unmatched() and time.monotonic() < end and (killed >= kills or before - unmatched() < stop_at):
                time.sleep(0.01)
            killed += unmatched() > 0
            kill(worker)
    return killed
