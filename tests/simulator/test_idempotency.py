"""Idempotency keys with Stripe's semantics, alone and under concurrent use."""

import threading
from concurrent.futures import ThreadPoolExecutor

import stripe

from tests.simulator.conftest import refused, sdk, session_params

TRANSFERS = {"method": "POST", "path": "/v1/transfers"}


def group_of(client, group="eng_1"):
    return client.v1.transfers.list({"transfer_group": group}).data


def terms(ready, paid):
    params = {"amount": 1_000, "currency": "usd", "destination": ready.id, "transfer_group": "eng_1"}
    return params | {"source_transaction": paid["charge"]}


def test_the_same_key_gives_the_same_answer(client):
    first = client.v1.checkout.sessions.create(session_params(), {"idempotency_key": "fund:1:a1"})
    again = client.v1.checkout.sessions.create(session_params(), {"idempotency_key": "fund:1:a1"})
    assert again.id == first.id
    assert "idempotent-replayed" not in first.last_response.headers
    assert again.last_response.headers["idempotent-replayed"] == "true"
    assert again.last_response.headers["original-request"] == first.last_response.headers["request-id"]


def test_without_a_key_every_call_is_new(client):
    ids = {client.v1.checkout.sessions.create(session_params()).id for _ in range(2)}
    assert len(ids) == 2


def test_other_parameters_under_one_key(client):
    client.v1.checkout.sessions.create(session_params(), {"idempotency_key": "fund:2:a1"})
    error = refused(client.v1.checkout.sessions.create, session_params(60_000), {"idempotency_key": "fund:2:a1"})
    assert (type(error), error.http_status) == (stripe.IdempotencyError, 400)


def test_another_endpoint_under_one_key(client):
    session = client.v1.checkout.sessions.create(session_params(), {"idempotency_key": "fund:3:a1"})
    error = refused(client.v1.checkout.sessions.expire, session.id, {}, {"idempotency_key": "fund:3:a1"})
    assert type(error) is stripe.IdempotencyError
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_refusals_are_remembered_too(client, simulator, ready, pay):
    paid = pay()
    simulator.control("POST", f"accounts/{ready.id}/capability", {"status": "restricted"})
    key = {"idempotency_key": "transfer:1:a1"}
    first = refused(client.v1.transfers.create, terms(ready, paid), key)
    simulator.control("POST", f"accounts/{ready.id}/capability", {"status": "active"})
    again = refused(client.v1.transfers.create, terms(ready, paid), key)
    assert (first.code, again.code) == ("insufficient_capabilities_for_transfer",) * 2
    assert again.headers["idempotent-replayed"] == "true"
    assert client.v1.transfers.create(terms(ready, paid), {"idempotency_key": "transfer:1:a2"}).amount == 1_000


def test_calls_that_never_began_are_not_remembered(client, simulator, ready, pay):
    paid, key = pay(), {"idempotency_key": "transfer:2:a1"}
    assert refused(client.v1.transfers.create, terms(ready, paid) | {"oops": 1}, key).code == "parameter_unknown"
    for kind in ("rate_limit", "lock_timeout"):
        simulator.control("POST", "faults", {"kind": kind, **TRANSFERS})
        assert isinstance(refused(client.v1.transfers.create, terms(ready, paid), key), stripe.RateLimitError)
    assert client.v1.transfers.create(terms(ready, paid), key).amount == 1_000


def test_a_stored_500_is_replayed(client, simulator, ready, pay):
    paid, key = pay(), {"idempotency_key": "transfer:3:a1"}
    simulator.control("POST", "faults", {"kind": "error_500", **TRANSFERS})
    for _ in range(3):
        assert refused(client.v1.transfers.create, terms(ready, paid), key).http_status == 500
    assert group_of(client) == []
    assert client.v1.transfers.create(terms(ready, paid), {"idempotency_key": "transfer:3:a2"}).amount == 1_000


def test_keys_are_forgotten_after_a_day(client, simulator, ready, pay):
    paid, key = pay(), {"idempotency_key": "transfer:4:a1"}
    first = client.v1.transfers.create(terms(ready, paid), key)
    simulator.control("POST", "clock", {"hours": 23})
    assert client.v1.transfers.create(terms(ready, paid), key).id == first.id
    simulator.control("POST", "clock", {"hours": 2})
    assert client.v1.transfers.create(terms(ready, paid), key).id != first.id


def test_keys_can_be_forgotten_at_once(client, simulator):
    key = {"idempotency_key": "fund:5:a1"}
    first = client.v1.checkout.sessions.create(session_params(), key)
    assert simulator.control("POST", "idempotency/forget")["forgotten"] == 1
    assert client.v1.checkout.sessions.create(session_params(), key).id != first.id


def test_v2_remembers_successes_only(client, simulator, recipient):
    key = {"idempotency_key": "account:1:a1"}
    path = f"/v2/core/accounts/{recipient.id}"
    simulator.control("POST", "faults", {"kind": "error_500", "method": "POST", "path": path})
    assert refused(client.v2.core.accounts.update, recipient.id, {"display_name": "A"}, key).http_status == 500
    assert client.v2.core.accounts.update(recipient.id, {"display_name": "A"}, key).display_name == "A"


def test_a_second_call_while_the_first_runs(simulator, client, ready, pay):
    """409 at once, not a wait; and the key works again when the first call is done."""
    paid, key = pay(), {"idempotency_key": "transfer:6:a1"}
    simulator.control("POST", "faults", {"kind": "delay", "seconds": 1.0, **TRANSFERS})
    answers = []
    barrier = threading.Barrier(2)

    def send():
        own = sdk(simulator.url)
        barrier.wait()
        try:
            answers.append(own.v1.transfers.create(terms(ready, paid), key).id)
        except stripe.StripeError as error:
            answers.append(error)

    threads = [threading.Thread(target=send) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    errors = [answer for answer in answers if not isinstance(answer, str)]
    made = [answer for answer in answers if isinstance(answer, str)]
    assert [(error.http_status, error.error.code) for error in errors] == [(409, "idempotency_key_in_use")]
    assert client.v1.transfers.create(terms(ready, paid), key).id == made[0]
    assert [transfer.id for transfer in group_of(client)] == made


def test_fifty_callers_with_one_key_make_one_transfer(simulator, client, ready, pay):
    paid, key = pay(), {"idempotency_key": "transfer:7:a1"}
    barrier = threading.Barrier(50)

    def send(number):
        own = sdk(simulator.url)
        barrier.wait()
        while True:
            try:
                return own.v1.transfers.create(terms(ready, paid), key).id
            except stripe.StripeError as error:
                if error.error.code != "idempotency_key_in_use":
                    raise

    with ThreadPoolExecutor(50) as pool:
        ids = set(pool.map(send, range(50)))
    assert {transfer.id for transfer in group_of(client)} == ids
    assert len(ids) == 1


def test_fifty_callers_with_their_own_keys_respect_the_cap(simulator, client, ready, pay):
    """52 thousand cents in the charge, fifty transfers of two thousand: exactly twenty-six fit."""
    paid = pay()
    barrier = threading.Barrier(50)

    def send(number):
        own = sdk(simulator.url)
        barrier.wait()
        try:
            own.v1.transfers.create(terms(ready, paid) | {"amount": 2_000}, {"idempotency_key": f"transfer:{number}"})
            return "made"
        except stripe.InvalidRequestError as error:
            return error.param

    with ThreadPoolExecutor(50) as pool:
        results = list(pool.map(send, range(50)))
    assert (results.count("made"), results.count("amount")) == (26, 24)
    assert simulator.control("GET", "book")["groups"]["eng_1"]["transferred"] == 52_000


def test_v2_remembers_for_thirty_days_and_successes_only(client, simulator):
    key = {"idempotency_key": "account:1:a1"}
    params = {"display_name": "Robin", "contact_email": "robin@example.com"}
    simulator.control("POST", "faults", {"kind": "error_500", "path": "/v2/core/accounts"})
    assert refused(client.v2.core.accounts.create, params, key).http_status == 500
    made = client.v2.core.accounts.create(params, key)
    simulator.control("POST", "clock", {"days": 29})
    assert client.v2.core.accounts.create(params, key).id == made.id
    simulator.control("POST", "clock", {"days": 2})
    assert client.v2.core.accounts.create(params, key).id != made.id


def test_keys_are_forgotten_with_the_clock_alone(client, simulator):
    """Also those of days ago that nobody asks for again: the daily tidying drops them."""
    client.v1.topups.create({"amount": 100, "currency": "usd"}, {"idempotency_key": "topup:1"})
    simulator.control("POST", "clock", {"days": 2})
    assert simulator.control("POST", "idempotency/forget") == {"forgotten": 0}


def test_a_key_has_no_effect_on_reading(client, simulator):
    key = {"idempotency_key": "read:1"}
    assert client.v1.balance.retrieve({}, key).available[0].amount == 0
    simulator.control("POST", "topup", {"amount": 100})
    assert client.v1.balance.retrieve({}, key).available[0].amount == 100
