"""What the supervisor does when a program ends or a file changes. Real processes, short ones."""

import io
import sys

import pytest

from marketplace.local.environment import ROOT
from marketplace.local.manage import family
from marketplace.local.reload import readers_of
from marketplace.local.supervisor import Program, Supervisor

FOREVER = "import time; time.sleep(600)"


def test_a_program_that_fails_after_a_reload_waits_for_the_next_change(tmp_path):
    source = tmp_path / "web.py"
    source.write_text(FOREVER)
    with family() as children:
        supervisor = Supervisor(children, None, out=io.StringIO())
        web = Program("web", [sys.executable, source])
        supervisor.start(web)
        source.write_text("a typo")
        supervisor.changes.put({"web"})
        assert supervisor.watch(until=lambda: web.name in supervisor.waiting)
        source.write_text(FOREVER)
        supervisor.changes.put({"web"})
        assert supervisor.watch(until=lambda: not supervisor.waiting and web.child.poll() is None)
        supervisor.stop_all()
    assert supervisor.failed is None
    assert "web has stopped (code 1). It starts again with the next change." in supervisor.out.getvalue()


ENDS_TWICE = """
import sys, time
with open(sys.argv[1], "a") as starts:
    starts.write("x")
    if starts.tell() > 2:
        starts.flush()
        time.sleep(60)
sys.exit(1)
"""


def test_a_program_that_revives_starts_again(tmp_path, monkeypatch):
    monkeypatch.setattr("marketplace.local.supervisor.REVIVE_AFTER", 0.1)
    starts = tmp_path / "starts"
    with family() as children:
        supervisor = Supervisor(children, None, out=io.StringIO())
        worker = Program("worker", [sys.executable, "-c", ENDS_TWICE, starts], revives=True)
        supervisor.start(worker)
        assert supervisor.watch(until=lambda: starts.exists() and starts.read_text() == "xxx")
        supervisor.stop_all()
    assert supervisor.out.getvalue().count("worker ended with code 1. It starts again.") == 2


def test_what_keeps_ending_is_not_started_for_ever(monkeypatch):
    monkeypatch.setattr("marketplace.local.supervisor.REVIVE_AFTER", 0.1)
    with family() as children:
        supervisor = Supervisor(children, None, out=io.StringIO())
        supervisor.start(Program("worker", [sys.executable, "-c", "raise SystemExit(3)"], revives=True))
        assert not supervisor.watch()
        supervisor.stop_all()
    assert supervisor.failed.name == "worker"


def test_a_program_that_runs_once_may_end_well_but_not_badly():
    with family() as children:
        supervisor = Supervisor(children, None, out=io.StringIO())
        well = supervisor.run_once(Program("migrate", [sys.executable, "-c", "print('done')"], once=True))
        badly = supervisor.run_once(Program("seed", [sys.executable, "-c", "raise SystemExit(4)"], once=True))
        supervisor.stop_all()
    assert (well, badly, supervisor.failed.name) == (True, False, "seed")


@pytest.mark.parametrize(
    ("changed", "restarted"),
    [
        ("projects/actions.py", {"web", "worker", "beat"}),
        ("payments/simulator/api.py", {"simulator"}),
        ("templates/base.html", {"web", "worker"}),
        ("static/css/base.css", {"web"}),
    ],
)
def test_a_change_restarts_those_who_read_the_file(changed, restarted):
    assert readers_of(ROOT / changed) == restarted


# --- PostgreSQL, Valkey, data folders ---------------------------------------------------------------
