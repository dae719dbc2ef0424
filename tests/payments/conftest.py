"""The real simulator in a process of its own: what the product would ask Stripe, it asks this over HTTP."""

import subprocess
import sys

import pytest
import requests

from tests.payments.stripe_stand_in import StandIn

SECRETS = {name: f"whsec_{name}_for_tests" for name in ("platform", "connect", "thin")}


@pytest.fixture(scope="session")
def simulator_process():
    command = [sys.executable, "-m", "payments.simulator", "--port", "0", "--data", ":memory:"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    address = process.stdout.readline().split()[-1]
    with requests.Session() as session:
        yield StandIn(address, session)
        health = session.get(f"{address}/_control/health", timeout=10).json()
        process.terminate()
        process.wait(10)
        process.stdout.close()
    assert (health["violations"], health["bugs"]) == ([], 0)


@pytest.fixture
def simulator(simulator_process, settings):
    """A stand-in for Stripe that has forgotten everything; the site is configured to talk to it."""
    simulator_process.control("POST", "reset")
    settings.STRIPE_API_BASE = simulator_process.address
    settings.STRIPE_SECRET_KEY = "sk_test_simulator"
    settings.STRIPE_TIMEOUT_SECONDS = 1
    settings.STRIPE_WEBHOOK_SECRETS = SECRETS
    return simulator_process
