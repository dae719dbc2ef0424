"""The site's settings, and two seams of the harness: the clock can be moved, and each task leaves a sign of life.

Imported before any other module of the site, so that everybody who imports `now` gets the one that can be moved.
"""

import os
from pathlib import Path

from celery import signals

from marketplace import clock as product_clock
from marketplace.local.chaos.clock import shifted
from marketplace.settings import *  # noqa: F403

CHAOS_FOLDER = Path(os.environ["CHAOS_FOLDER"])
CHAOS_PROCESS = os.environ["CHAOS_PROCESS"]
product_clock.now = shifted(product_clock.now, CHAOS_FOLDER / "clock.json", CHAOS_PROCESS)
ALIVE = CHAOS_FOLDER / "alive" / CHAOS_PROCESS


def leave_a_sign(**_):
    ALIVE.touch()


if CHAOS_PROCESS.startswith("worker"):
    signals.task_postrun.connect(leave_a_sign)
elif CHAOS_PROCESS == "beat":
    signals.after_task_publish.connect(leave_a_sign)
