"""A real simulator process and the official SDK; no Django database.

With STRIPE_TEST_SECRET_KEY set the same tests talk to Stripe itself, and those that need the control API are skipped.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import stripe

ROOT = Path(__file__).resolve().parent.parent.parent
SECRETS = {"platform": "whsec_a", "connect": "whsec_b", "thin": "whsec_c"}
VERSION = "2026-10-28.endive"
LIVE_KEY = os.environ.get("STRIPE_TEST_SECRET_KEY", "")


class Simulator:
    """The process and its control API."""

    def __init__(self, data=":memory:", site=""):
        secrets = ",".join(f"{name}={secret}" for name, secret in SECRETS.items())
        command = [sys.executable, "-m", "payments.simulator", "--port", "0", "--data", str(data), "--secrets", secrets]
        self.process = subprocess.Popen([*command, "--site", site], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[-1]

    def control(self, method, path, body=None):
        status, answer = self.try_control(method, path, body)
        assert status == 200, answer
        return answer

    def try_control(self, method, path, body=None):
        data = json.dumps(body or {}).encode() if method != "GET" else None
        request = urllib.request.Request(f"{self.url}/_control/{path}", method=method, data=data)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(timeout=5)
        self.process.stdout.close()


class Inbox:
    """The site's side of the webhooks: keeps what arrives, answers with what `status` says."""

    def __init__(self):
        self.posts, self.status = [], 200
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                endpoint = self.path.strip("/").rsplit("/", 1)[-1]
                inbox.posts.append((endpoint, self.headers["Stripe-Signature"], body))
                self.send_response(inbox.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self, endpoint):
        return [json.loads(body) for name, _, body in self.posts if name == endpoint]

    def types(self, endpoint):
        return [event["type"] for event in self.events(endpoint)]

    def clear(self):
        self.posts.clear()
        self.status = 200

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="session")
def site_inbox():
    inbox = Inbox()
    yield inbox
    inbox.stop()


@pytest.fixture(scope="session")
def shared_simulator(site_inbox):
    simulator = Simulator(site=site_inbox.url)
    yield simulator
    health = simulator.control("GET", "health")
    simulator.stop()
    assert health["schema_violations"] == 0, health["violations"]
    assert health["bugs"] == 0


@pytest.fixture
def simulator(request):
    """A fresh state for each test. Skipped against Stripe itself."""
    if LIVE_KEY:
        pytest.skip("needs the control API of the simulator")
    shared = request.getfixturevalue("shared_simulator")
    shared.control("POST", "reset")
    return shared


@pytest.fixture
def inbox(simulator, site_inbox):
    simulator.control("POST", "webhooks/settle")
    site_inbox.clear()
    return site_inbox


@pytest.fixture
def client(request):
    """The official SDK, against the simulator or, with a key, against Stripe."""
    if LIVE_KEY:
        assert LIVE_KEY.startswith(("sk_test_", "rk_test_"))
        return stripe.StripeClient(LIVE_KEY, stripe_version=VERSION, max_network_retries=0)
    return sdk(request.getfixturevalue("simulator").url)


def sdk(url, key="sk_test_simulator", timeout=15):
    http_client = stripe.RequestsClient(timeout=timeout)
    options = {"stripe_version": VERSION, "http_client": http_client, "max_network_retries": 0}
    return stripe.StripeClient(key, base_addresses={"api": url}, **options)


@pytest.fixture
def recipient(client):
    """A connected account as the product makes it, not yet onboarded."""
    return make_recipient(client)


@pytest.fixture
def ready(client, simulator, recipient):
    """A connected account that may be paid."""
    simulator.control("POST", f"accounts/{recipient.id}/onboard", {"outcome": "active"})
    return recipient


def make_recipient(client, name="Robin Quist"):
    capabilities = {"stripe_balance": {"stripe_transfers": {"requested": True}}}
    return client.v2.core.accounts.create(
        {
            "contact_email": "robin@example.com",
            "display_name": name,
            "dashboard": "express",
            "identity": {"country": "us", "entity_type": "individual"},
            "configuration": {"recipient": {"capabilities": capabilities}},
            "defaults": {
                "currency": "usd",
                "responsibilities": {"fees_collector": "application", "losses_collector": "application"},
            },
            "include": ["configuration.recipient", "requirements"],
        }
    )


def session_params(amount=52_800, group="eng_1", **more):
    product = {"currency": "usd", "unit_amount": amount, "product_data": {"name": "Pricing review"}}
    return {
        "mode": "payment",
        "success_url": "https://example.com/paid?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://example.com/fund",
        "client_reference_id": group,
        "line_items": [{"quantity": 1, "price_data": product}],
        "payment_intent_data": {"transfer_group": group, "metadata": {"engagement": group}},
        "metadata": {"engagement": group},
        **more,
    }


@pytest.fixture
def pay(client, simulator):
    """`pay(amount, group, card=…)`: a paid session; returns {"session", "payment_intent", "charge", "outcome", …}."""

    def pay(amount=52_800, group="eng_1", **how):
        session = client.v1.checkout.sessions.create(session_params(amount, group))
        return simulator.control("POST", f"checkout/{session.id}/pay", how)

    return pay


@pytest.fixture
def held(simulator):
    """The platform's balance: (available, pending) in cents."""

    def held():
        platform = simulator.control("GET", "book?groups=0")["platform"]
        return platform["available"][0]["amount"], platform["pending"][0]["amount"]

    return held


def refused(call, *args, **kwargs):
    """The StripeError that a call raises."""
    with pytest.raises(stripe.StripeError) as caught:
        call(*args, **kwargs)
    return caught.value
