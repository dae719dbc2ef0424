"""The process: survives kill -9, stops at once, serves fifty at a time, knows nothing of the product."""

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.simulator.conftest import LIVE_KEY, ROOT, Simulator, make_recipient, refused, sdk, session_params

pytestmark = pytest.mark.skipif(bool(LIVE_KEY), reason="about the simulator's process")


@pytest.fixture
def process(tmp_path):
    """`process()` starts a simulator on the same file; all are stopped at the end."""
    started = []

    def start(data=tmp_path / "simulator.sqlite3"):
        started.append(Simulator(data))
        return started[-1]

    yield start
    for simulator in started:
        if simulator.process.poll() is None:
            simulator.stop()


def test_state_survives_kill_9(process):
    first = process()
    client = sdk(first.url)
    account = make_recipient(client)
    first.control("POST", f"accounts/{account.id}/onboard")
    session = client.v1.checkout.sessions.create(session_params(), {"idempotency_key": "fund:1:a1"})
    paid = first.control("POST", f"checkout/{session.id}/pay")
    params = {"amount": 1_000, "currency": "usd", "destination": account.id, "source_transaction": paid["charge"]}
    made = client.v1.transfers.create(params, {"idempotency_key": "transfer:1:a1"})
    first.control("POST", "clock", {"hours": 20})
    first.control("POST", "webhooks", {"loss_rate": 0.25})
    book = first.control("GET", "book")
    first.stop(signal.SIGKILL)

    second = process()
    client = sdk(second.url)
    after = second.control("GET", "book")
    assert {name: after[name] for name in after if name != "now"} == {n: book[n] for n in book if n != "now"}
    assert after["now"] >= book["now"]
    assert client.v1.transfers.create(params, {"idempotency_key": "transfer:1:a1"}).id == made.id
    assert second.control("GET", "webhooks")["loss_rate"] == 0.25
    second.control("POST", "clock", {"days": 2})
    assert client.v1.balance.retrieve(None, {"stripe_account": account.id}).pending[0].amount == 0


def test_undelivered_webhooks_survive_kill_9(process):
    first = process()
    endpoint = {"url": "http://127.0.0.1:9/nobody", "enabled_events": ["*"]}
    sdk(first.url).v1.webhook_endpoints.create(endpoint)
    session = sdk(first.url).v1.checkout.sessions.create(session_params())
    first.control("POST", f"checkout/{session.id}/pay")
    first.stop(signal.SIGKILL)
    second = process()
    waiting = second.control("GET", "deliveries?state=pending")["deliveries"]
    assert {delivery["type"] for delivery in waiting} == {
        "charge.succeeded",
        "checkout.session.completed",
        "payment_intent.created",
        "payment_intent.succeeded",
    }


def test_sigterm_stops_it_at_once_even_while_a_call_hangs(process):
    simulator = process()
    simulator.control("POST", "faults", {"kind": "timeout", "seconds": 60, "path": "/v1/balance"})
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(refused, sdk(simulator.url).v1.balance.retrieve)
        while not simulator.control("GET", "faults")["faults"][0]["hits"]:
            pass
        start = time.monotonic()
        simulator.stop()
        assert time.monotonic() - start < 1
        assert type(hanging.result(timeout=5)) is stripe.APIConnectionError
    assert simulator.process.returncode == 0


def test_fifty_at_a_time(process):
    simulator = process()

    def work(number):
        client = sdk(simulator.url)
        session = client.v1.checkout.sessions.create(session_params(group=f"eng_{number}"))
        paid = simulator.control("POST", f"checkout/{session.id}/pay")
        return client.v1.refunds.create({"charge": paid["charge"], "amount": number + 1}).amount

    with ThreadPoolExecutor(50) as pool:
        refunded = sum(pool.map(work, range(50)))
    book = simulator.control("GET", "book")
    assert (book["totals"]["charged"], book["totals"]["refunded"]) == (50 * 52_800, refunded)
    assert (book["sums"], book["schema_violations"]) == ({"usd": 0}, 0)


def test_one_file_has_one_simulator(process, tmp_path):
    process()
    command = [sys.executable, "-m", "payments.simulator", "--port", "0", "--data", tmp_path / "simulator.sqlite3"]
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert second.returncode == 1
    assert "is another simulator using it?" in second.stderr


def test_it_loads_nothing_of_the_product():
    code = (
        "import sys, payments.simulator.server, payments.simulator.app\n"
        "apps = ('marketplace', 'projects', 'applications', 'engagements', 'portfolio', 'celery', 'stripe')\n"
        "ours = [name for name in sys.modules if name.startswith('payments.') and 'simulator' not in name]\n"
        "print(ours + [name for name in sys.modules if name.split('.')[0] in apps])"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env={})
    assert found.stdout == "[]\n"
