"""./dev bench notify [--count 100000] [--json FILE]: from notices written to e-mails that left.

A site of its own: PostgreSQL as durable as in production, Valkey, one Celery worker with two processes, and a mail
server on a local port that takes everything. First the notices are written, in batches, by this process alone; then
the workers send them. The floor is smtplib alone, with two processes and a message that is ready. No notice may be
lost or sent twice.
"""

import argparse
import sys
import time

from tests.bench._report import Progress, conclude, show_targets, wait
from tests.bench._site import WORKERS, cpu_by_program, last_words, running_site
from tests.bench._smtp import Sink, floor

LIMITS = {"written_per_second": 20_000, "wrong": 0}
BATCH = 1_000
PATIENCE = 60


def main():
    parser = argparse.ArgumentParser(prog="./dev bench notify", description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=100_000, help="notices in all (100000)")
    parser.add_argument("--json", metavar="FILE", help="write targets and figures there")
    options = parser.parse_args()
    sink = Sink()
    mail = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
    }
    with running_site(only=["worker"], SWEEP_SECONDS="1", **mail):
        figures = measure(options.count, sink)
    targets = judge(figures)
    show(figures, targets)
    return conclude(targets, figures, options.json)


def measure(count, sink):
    from marketplace.notifications.models import Notification
    from marketplace.notifications.tasks import send_due

    say = Progress()
    people = make_people(max(count // 4, 1), say)
    written = write(people, count, say)
    say(f"{count:,} notices written, {count / written:,.0f} per second")
    cpu_before, began = cpu_by_program(), time.monotonic()
    send_due.delay()
    left = wait(lambda: Notification.objects.filter(emailed_at=None).count(), say, "to send", PATIENCE)
    seconds = time.monotonic() - began
    cpu = {program: (used - cpu_before[program]) * 1000 / count for program, used in cpu_by_program().items()}
    arrived, twice = len(sink.codes), sum(number - 1 for number in sink.codes.values())
    size = sink.bytes // max(sink.messages, 1)
    bare = floor(sink.port, "Subject: bench\r\n\r\n" + "x" * 78 + "\r\n" * (size // 80), min(count, 20_000), WORKERS)
    return {
        "count": count, "written_per_second": round(count / written), "sent_per_second": round(arrived / seconds),
        "seconds": round(seconds, 1), "bytes_per_message": size, "floor_per_second": round(bare),
        "cpu_ms_per_message_of_worker": round(cpu["worker"], 2),
        "cpu_ms_per_message_of_postgres": round(cpu["postgres"], 2),
        "unsent": left, "missing": count - arrived, "sent_twice": twice,
    }  # fmt: skip


def make_people(count, say):
    from marketplace.accounts.models import User
    from marketplace.clock import now

    say(f"{count:,} people …")
    rows = (
        User(email=f"p{n}@bench.example", name="Robin Quist", time_zone="Europe/Berlin", date_joined=now())
        for n in range(count)
    )
    return User.objects.bulk_create(rows, batch_size=5_000)


def write(people, count, say):
    """Seconds to write `count` notices, BATCH people at a time; each person gets four."""
    from marketplace.clock import now
    from marketplace.notifications.actions import notify

    began, number = time.monotonic(), 0
    while number < count:
        some = people[number % len(people) :][: min(BATCH, count - number)]
        notify(
            some, kind="match.found", key=f"bench:{number // len(people)}", at=now(), url="/projects/abcdefghjk/",
            title="Acme Analytics: $480 for “Churn dashboard”", action="See the project",
            body="$480 fixed for about 16 hours. Apply by Fri 14 Mar, 23:59 CET.", facts=FACTS,
            reason="You have shown 2 of 3: SQL and Python. Missing: Tableau.",
        )  # fmt: skip
        number += len(some)
        say(f"{number:,} of {count:,} written", often=True)
    return time.monotonic() - began


FACTS = [
    ("Pay", "$480 fixed, about 16 h"), ("Where", "Remote"), ("Apply by", "Fri 14 Mar, 23:59 CET"),
    ("Decision by", "Wed 19 Mar, 23:59 CET"), ("Work due", "Fri 4 Apr 2026"),
]  # fmt: skip


def judge(figures):
    wrong = figures["unsent"] + figures["missing"] + figures["sent_twice"]
    rate, least = figures["written_per_second"], LIMITS["written_per_second"]
    return [
        {
            "name": "written_per_second",
            "value": rate,
            "limit": least,
            "unit": "notices per second",
            "met": rate >= least,
        },
        {"name": "wrong", "value": wrong, "limit": LIMITS["wrong"], "unit": "notices", "met": wrong == 0},
    ]


def show(figures, targets):
    print()
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):<44}{value:>12,}")
    show_targets(targets)
    if figures["unsent"]:
        print(last_words(), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
