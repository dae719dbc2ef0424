"""Faults on demand: before and after the work, counted, by path."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.simulator.conftest import refused, sdk

TRANSFERS = {"method": "POST", "path": "/v1/transfers"}


@pytest.fixture
def terms(ready, pay):
    return {
        "amount": 1_000,
        "currency": "usd",
        "destination": ready.id,
        "source_transaction": pay()["charge"],
        "transfer_group": "eng_1",
    }


def count(client):
    return len(client.v1.transfers.list({"transfer_group": "eng_1"}).data)


@pytest.mark.parametrize("kind", ["drop", "timeout", "error_500"])
@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_an_answer_that_never_comes(client, simulator, terms, kind, when, made):
    """The same key afterwards gives one transfer, whether or not the first call had made it."""
    fault = {"kind": kind, "when": when, "seconds": 0.3, "stored": False, **TRANSFERS}
    simulator.control("POST", "faults", fault)
    key = {"idempotency_key": "transfer:1:a1"}
    error = refused(client.v1.transfers.create, terms, key)
    assert type(error) is (stripe.APIError if kind == "error_500" else stripe.APIConnectionError)
    assert count(client) == made
    assert client.v1.transfers.create(terms, key).amount == 1_000
    assert count(client) == 1


def test_a_client_that_is_less_patient_than_the_timeout(client, simulator, terms):
    simulator.control("POST", "faults", {"kind": "timeout", "when": "after", "seconds": 5, **TRANSFERS})
    impatient = sdk(simulator.url, timeout=0.3)
    assert type(refused(impatient.v1.transfers.create, terms)) is stripe.APIConnectionError
    assert count(client) == 1


def test_a_500_that_hides_a_success_is_replayed(client, simulator, terms):
    """The work was done, the key answers 500 for a day: only looking the object up tells."""
    simulator.control("POST", "faults", {"kind": "error_500", "when": "after", **TRANSFERS})
    key = {"idempotency_key": "transfer:1:a1"}
    for _ in range(2):
        error = refused(client.v1.transfers.create, terms, key)
        assert (error.http_status, error.headers["Stripe-Should-Retry"]) == (500, "false")
    assert count(client) == 1


def test_a_500_without_a_key_may_be_tried_again(client, simulator, terms):
    simulator.control("POST", "faults", {"kind": "error_500", "stored": False, **TRANSFERS})
    assert "Stripe-Should-Retry" not in refused(client.v1.transfers.create, terms).headers


def test_rate_limits_and_lock_timeouts(client, simulator, terms):
    simulator.control("POST", "faults", {"kind": "rate_limit", **TRANSFERS})
    error = refused(client.v1.transfers.create, terms)
    assert (type(error), error.http_status, error.error.code) == (stripe.RateLimitError, 429, "rate_limit")
    assert error.headers["Stripe-Rate-Limited-Reason"] == "global-rate"
    simulator.control("POST", "faults", {"kind": "lock_timeout", "status": 409, **TRANSFERS})
    error = refused(client.v1.transfers.create, terms)
    assert (error.http_status, error.error.code) == (409, "lock_timeout")
    assert (error.headers["Stripe-Should-Retry"], "Stripe-Rate-Limited-Reason" in error.headers) == ("true", False)
    assert count(client) == 0


def test_any_answer_can_be_scripted(client, simulator, terms):
    scripted = {"code": "balance_insufficient", "message": "You have insufficient funds."}
    simulator.control("POST", "faults", {"kind": "error", "error": scripted, **TRANSFERS})
    assert refused(client.v1.transfers.create, terms).code == "balance_insufficient"
    assert count(client) == 0


def test_a_fault_strikes_as_often_as_told_and_only_there(client, simulator, terms):
    fault = simulator.control("POST", "faults", {"kind": "error_500", "times": 2, "stored": False, **TRANSFERS})
    assert client.v1.balance.retrieve().object == "balance"
    for _ in range(2):
        assert refused(client.v1.transfers.create, terms).http_status == 500
    assert client.v1.transfers.create(terms).amount == 1_000
    found = simulator.control("GET", "faults")["faults"]
    assert [(each["id"], each["hits"], each["left"]) for each in found] == [(fault["id"], 2, 0)]


def test_many_at_once_share_no_strike(simulator):
    simulator.control("POST", "faults", {"kind": "rate_limit", "path": "/v1/balance", "times": 5})

    def struck(number):
        try:
            sdk(simulator.url).v1.balance.retrieve()
        except stripe.RateLimitError:
            return 1
        return 0

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(struck, range(40))) == 5
    assert simulator.control("GET", "faults")["faults"][0]["hits"] == 5


def test_a_fault_without_an_end_can_be_removed(client, simulator, terms):
    fault = simulator.control("POST", "faults", {"kind": "error_500", "times": None, "path": "/v1/*"})
    for _ in range(3):
        assert refused(client.v1.balance.retrieve).http_status == 500
    simulator.control("DELETE", f"faults/{fault['id']}")
    assert client.v1.balance.retrieve().object == "balance"


@pytest.mark.parametrize("spec", [{"kind": "earthquake"}, {"kind": "rate_limit", "when": "after"}, {}])
def test_faults_that_make_no_sense(simulator, spec):
    assert simulator.try_control("POST", "faults", spec)[0] in (400, 404)
    assert simulator.control("GET", "faults")["faults"] == []
