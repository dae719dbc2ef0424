"""One stage of `./dev bench payouts`: make the rows, measure the floor, approve all, wait until all are paid."""

import random
import time
from contextlib import suppress

from django.conf import settings
from django.db import DatabaseError, connection
from redis import Redis

from engagements.models import Engagement
from marketplace.clock import now
from marketplace.notifications.models import Notification
from payments import actions, ledger
from payments.models import MoneyOperation, Payout, StripeEvent
from tests.bench._report import wait
from tests.bench._site import FOLDER, cpu_by_program
from tests.bench._stripe import control, floor
from tests.bench._world import deliver_many

DATABASE_FIGURES = ("database_ms_per_payout", "statements_per_payout", "commits_per_payout")
PATIENCE = 30  # seconds without any progress: then the rest is left to the sweep
CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
TRIGGERED = ("FROM ONLY", "ledger_must_balance")  # what PostgreSQL asks itself: foreign keys, deferred triggers


def run(name, count, say, statements=0):
    """The figures of approving and paying `count` engagements on top of what is there."""
    say(f"{name}: {count:,} payouts")
    ids = deliver_many(count, say)
    random.Random(1).shuffle(ids)
    floors = [measure_floor(f"{name}-before", count, say)]
    counted = forget_statements()
    before, cpu_before = paid(), cpu_by_program()
    began = time.monotonic()
    approve_all(ids, before, say)
    approved = time.monotonic() - began
    left = wait(lambda: before + count - paid(), say, "payouts are not paid yet", PATIENCE)
    seconds = time.monotonic() - began
    settled = left or wait(unsettled, say, "messages, events and e-mails are under way", PATIENCE)
    quiet = time.monotonic() - began
    database = database_figures(count, statements) if counted else dict.fromkeys(DATABASE_FIGURES)
    cpu = {program: (used - cpu_before[program]) * 1000 / count for program, used in cpu_by_program().items()}
    floors.append(measure_floor(f"{name}-after", count, say))
    rate, floor_rate = (count - left) / seconds, sum(floors) / len(floors)
    say(f"{name}: {rate:,.1f} payouts per second")
    return {
        "count": count, "seconds": round(seconds, 1), "seconds_until_quiet": round(quiet, 1), "rate": round(rate, 1),
        "approvals_per_second": round(count / approved, 1), "floor_rate": round(floor_rate, 1),
        "share_of_floor": round(rate / floor_rate, 3), **database, "unsettled": settled,
        **{f"cpu_ms_per_payout_of_{program}": round(used, 1) for program, used in cpu.items()},
    }  # fmt: skip


def measure_floor(name, count, say):
    rate = floor(min(count, 1_000), FOLDER, name)
    say(f"the floor: {rate:,.1f} transfers per second by the bare SDK")
    return rate


def approve_all(ids, before, say):
    for number, pk in enumerate(ids, 1):
        engagement = Engagement.objects.select_related("organization").get(pk=pk)
        owner = engagement.organization.memberships.get(role="owner").user
        actions.approve_delivery(engagement=engagement, by=owner, at=now())
        if number % 20 == 0:
            say(f"{number:,} of {len(ids):,} approved, {paid() - before:,} paid", often=True)


def paid():
    return Payout.objects.filter(status="paid").count()


def unsettled():
    """Messages, webhooks, events and e-mails that somebody still has to deal with."""
    messages = Redis.from_url(settings.REDIS_URL).llen("celery")
    webhooks = control("GET", "health")["pending_deliveries"]
    events = StripeEvent.objects.filter(handled_at=None).count()
    mails = Notification.objects.filter(emailed_at=None, email_due_at__isnull=False).count()
    return messages + webhooks + events + mails


def books():
    """What must be zero at the end, whatever the speed."""
    transfers = [row for group in control("GET", "book")["groups"].values() for row in group["transfers"]]
    payouts = [row["metadata"].get("payout") for row in transfers if "floor" not in row["metadata"]["operation"]]
    return {
        "unpaid": Payout.objects.exclude(status="paid").count(),
        "paid_twice": len(payouts) - len(set(payouts)),
        "ledger_sum": sum(abs(amount) for amount in ledger.sums().values()) + len(ledger.drifted_accounts()),
        "left_to_the_sweep": MoneyOperation.objects.exclude(status="done").count()
        + StripeEvent.objects.filter(handled_at=None).count(),
    }


def forget_statements():
    """False where the server was started without the library that counts (not one of ours, see DATABASE_URL)."""
    with connection.cursor() as cursor, suppress(DatabaseError):
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        cursor.execute("SELECT pg_stat_statements_reset()")
        return True
    return False


def database_figures(count, statements):
    """Per payout, of all processes: milliseconds in PostgreSQL, statements, commits (of this database only)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT query, calls, total_exec_time FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid"
            " WHERE d.datname = current_database() ORDER BY total_exec_time DESC"
        )
        rows = cursor.fetchall()
    for query, calls, milliseconds in rows[:statements]:
        print(f"{milliseconds / count:8.3f} ms {calls / count:7.2f} × {' '.join(query.split())[:150]}")
    asked = [row for row in rows if not row[0].startswith(CONTROL) and not any(word in row[0] for word in TRIGGERED)]
    values = [
        round(sum(row[2] for row in rows) / count, 2),
        round(sum(row[1] for row in asked) / count, 1),
        round(sum(row[1] for row in rows if row[0] == "COMMIT") / count, 1),
    ]
    return dict(zip(DATABASE_FIGURES, values, strict=True))
