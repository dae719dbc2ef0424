"""How much was checked is known after the process is gone, and a run fails for what did not fit."""

import json
import signal

import pytest

from marketplace.local import simulator_health
from tests.simulator.conftest import LIVE_KEY, Simulator, refused, sdk, session_params

pytestmark = pytest.mark.skipif(bool(LIVE_KEY), reason="about the simulator's process")


@pytest.fixture
def process(tmp_path, monkeypatch):
    """`process()` starts a simulator that keeps its figures in a folder of this test."""
    monkeypatch.setenv(simulator_health.VARIABLE, str(tmp_path))
    started = []

    def start():
        started.append(Simulator())
        return started[-1]

    yield start
    for simulator in started:
        if simulator.process.poll() is None:
            simulator.stop()


def test_each_request_answer_and_event_is_counted(process, tmp_path):
    simulator = process()
    client = sdk(simulator.url)
    client.v1.balance.retrieve()
    refused(client.v1.payouts.retrieve, "po_nothing")
    session = client.v1.checkout.sessions.create(session_params())
    client.v1.checkout.sessions.expire(session.id)
    expected = {"requests": 4, "answers": 4, "events": 2}  # an event is checked whole, and so is the object in it
    assert simulator.control("GET", "health")["checked"] == expected
    simulator.stop()
    line = "simulator: 10 requests, answers and events checked against Stripe's schema, 0 violations in 1 processes"
    assert simulator_health.summary(tmp_path) == (line, True)


def test_a_killed_process_has_left_its_figures(process, tmp_path):
    simulator = process()
    sdk(simulator.url).v1.balance.retrieve()
    while "2 requests" not in simulator_health.summary(tmp_path)[0]:
        simulator.control("GET", "clock")
    simulator.stop(signal.SIGKILL)
    assert simulator_health.summary(tmp_path)[0].startswith("simulator: 2 requests")


def test_figures_of_several_processes_are_added(process, tmp_path):
    for simulator in [process(), process()]:
        sdk(simulator.url).v1.balance.retrieve()
        simulator.stop()
    assert simulator_health.summary(tmp_path)[0].endswith("0 violations in 2 processes")


@pytest.mark.parametrize(
    ("figures", "told"), [({"violations": 2, "lines": ["amount missing"]}, "2 violations"), ({"bugs": 1}, "1 bugs")]
)
def test_what_did_not_fit_fails_the_run(tmp_path, figures, told):
    report = {"checked": {"requests": 1_000}, "violations": 0, "bugs": 0, "lines": [], "traces": ["KeyError"]}
    (tmp_path / "1-1.json").write_text(json.dumps(report | figures))
    text, well = simulator_health.summary(tmp_path)
    assert (well, told in text, "KeyError" in text, "1,000" in text) == (False, True, True, True)


def test_a_run_without_a_simulator_says_nothing(tmp_path):
    assert simulator_health.summary(tmp_path) == ("", True)
