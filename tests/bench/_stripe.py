"""What a benchmark does at the simulator: accounts and charges made in bulk, and the floor, which is the bare SDK.

`python -m tests.bench._stripe ADDRESS FILE` is one process of the floor.
"""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import requests
import stripe
from django.conf import settings

API_VERSION = "2026-10-28.endive"
session = requests.Session()


def control(method, path, **body):
    answer = session.request(method, f"{settings.STRIPE_API_BASE}/_control/{path}", json=body, timeout=120)
    answer.raise_for_status()
    return answer.json()


def ready_accounts(emails):
    """Recipients who may be paid: the ids, in the order of the addresses."""
    client = sdk(settings.STRIPE_API_BASE)
    transfers = {"stripe_balance": {"stripe_transfers": {"requested": True}}}

    def open_one(email):
        account = client.v2.core.accounts.create(
            {
                "contact_email": email,
                "display_name": "Robin Quist",
                "dashboard": "express",
                "identity": {"country": "us", "entity_type": "individual"},
                "configuration": {"recipient": {"capabilities": transfers}},
                "include": ["configuration.recipient"],
            }
        )
        control("POST", f"accounts/{account.id}/onboard", outcome="active")
        return account.id

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(open_one, emails))


def charge_cards(payments):
    """`payments`: [(transfer group, minor units)]. [{"id", "payment_intent"}] of card charges that succeeded."""
    wanted = [{"amount": amount, "currency": "usd", "transfer_group": group} for group, amount in payments]
    return control("POST", "charges", charges=wanted)["charges"]


def sdk(address):
    """As the product's gateway makes it: no retries of its own, one kept connection."""
    return stripe.StripeClient(
        "sk_test_simulator", base_addresses={"api": address}, stripe_version=API_VERSION, max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=15),
    )  # fmt: skip


def floor(count, folder, name, processes=2):
    """Transfers per second when nothing but the SDK asks for them: `count` of them by `processes` at once.

    Its webhooks are lost on purpose: they would be measured with what comes after.
    """
    control("POST", "webhooks", loss_rate=1)
    accounts = ready_accounts([f"floor{number}-{name}@bench.example" for number in range(10)])
    charges = charge_cards([(f"floor-{name}-{number}", 52_800) for number in range(count)])
    rows = [
        {
            "amount": 48_000, "currency": "usd", "destination": accounts[number % len(accounts)],
            "source_transaction": charge["id"], "transfer_group": f"floor-{name}-{number}",
            "metadata": {"operation": f"floor:{name}:{number}", "engagement": f"{number}", "payout": f"{number}"},
        }
        for number, charge in enumerate(charges)
    ]  # fmt: skip
    seconds = race([rows[number::processes] for number in range(processes)], folder)
    control("POST", "webhooks", loss_rate=0)
    return count / seconds


def race(shares, folder):
    """Seconds from the common start to the last one's end."""
    children = []
    for number, share in enumerate(shares):
        path = folder / f"floor-{number}.json"
        path.write_text(json.dumps(share))
        command = [sys.executable, "-m", "tests.bench._stripe", settings.STRIPE_API_BASE, str(path)]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        children.append(child)
    for child in children:
        assert child.stdout.readline() == "ready\n"
    began = time.monotonic()
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    ends = [child.wait() for child in children]
    seconds = time.monotonic() - began
    for child in children:
        child.stdin.close()
        child.stdout.close()
    assert ends == [0] * len(children)
    return seconds


def run_floor(address, path):
    """One process: everything is ready before it says so."""
    with open(path) as file:
        rows = json.load(file)
    client = sdk(address)
    client.v1.transfers.list({"limit": 1})
    print("ready", flush=True)
    sys.stdin.readline()
    for row in rows:
        key = {"idempotency_key": f"{row['metadata']['operation']}:a1"}
        client.v1.transfers.create(row, key)


if __name__ == "__main__":
    run_floor(*sys.argv[1:])
