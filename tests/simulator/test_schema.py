"""Every answer fits Stripe's schema: the check itself is checked against a general validator."""

import copy
import json
import time
from urllib.parse import urlencode
from urllib.request import HTTPErrorProcessor, Request, build_opener

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stripe._encode import _api_encode

from payments.simulator import resources  # noqa: F401  (registers the routes)
from payments.simulator.form_encoding import decode
from payments.simulator.routing import ROUTES
from payments.simulator.schema_check import SCHEMA_FILE, Schema
from tests.simulator.conftest import refused, sdk, session_params

SCHEMA = Schema()


def valid(name, value):
    """What jsonschema says."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": SCHEMA.document["components"]}
    return jsonschema.Draft202012Validator(schema).is_valid(value)


def test_every_operation_of_the_schema_has_an_answer():
    described = {(m, path) for path, methods in SCHEMA.document["paths"].items() for m in methods}
    assert set(ROUTES) == described


def test_the_licence_of_the_schema_travels_with_it():
    readme = (SCHEMA_FILE.parent / "README.md").read_text()
    assert "Permission is hereby granted, free of charge" in readme
    assert SCHEMA.document["info"]["license"] == {"name": "MIT"}


@pytest.fixture
def examples(client, ready, pay):
    """One real object of each kind, as the simulator answers them."""
    paid = pay()
    params = {"amount": 1_000, "currency": "usd", "destination": ready.id, "source_transaction": paid["charge"]}
    transfer = client.v1.transfers.create(params)
    reversal = client.v1.transfers.reversals.create(transfer.id, {"amount": 100})
    refund = client.v1.refunds.create({"charge": paid["charge"], "amount": 100})
    account = client.v2.core.accounts.retrieve(ready.id, {"include": ["configuration.recipient", "requirements"]})
    return {
        "transfer": transfer,
        "transfer_reversal": reversal,
        "refund": refund,
        "v2.core.account": account,
        "account": client.v1.accounts.retrieve(ready.id),
        "charge": client.v1.charges.retrieve(paid["charge"], {"expand": ["balance_transaction"]}),
        "checkout.session": client.v1.checkout.sessions.retrieve(paid["session"], {"expand": ["line_items"]}),
        "payment_intent": client.v1.payment_intents.retrieve(paid["payment_intent"]),
        "balance": client.v1.balance.retrieve(),
    }


def test_real_answers_fit_both_checkers(examples):
    for name, example in examples.items():
        body = example.to_dict()
        assert SCHEMA.problems_of(name, body) == []
        assert valid(name, body), name


def test_both_checkers_refuse_the_same_damage(examples):
    """Each field in turn is removed, renamed or given a value of another type."""
    disagreements, refused_count = [], 0
    for name, example in examples.items():
        body = example.to_dict()
        for field in body:
            for damage in _damages(body, field):
                ours = SCHEMA.problems_of(name, damage) == []
                refused_count += not ours
                if ours != valid(name, damage):
                    disagreements.append((name, field, damage.get(field)))
    assert disagreements == []
    assert refused_count > 300


def _damages(body, field):
    yield {key: value for key, value in body.items() if key != field}
    yield {(f"{key}x" if key == field else key): value for key, value in body.items()}
    for value in (None, 1.5, "text", True, [], {"a": 1}):
        yield {**copy.deepcopy(body), field: value}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=1&b[c]=2&b[d][e]=3", {"a": "1", "b": {"c": "2", "d": {"e": "3"}}}),
        ("x[0][n]=a&x[1][n]=b", {"x": [{"n": "a"}, {"n": "b"}]}),
        ("expand[]=a&expand[]=b", {"expand": ["a", "b"]}),
        ("metadata[k]=", {"metadata": {"k": ""}}),
        ("metadata=", {"metadata": ""}),
        ("", {}),
    ],
)
def test_form_encoding(text, expected):
    assert decode(text) == expected


def test_ten_or_more_items_keep_their_order():
    text = "&".join(f"x[{number}]={number}" for number in range(12))
    assert decode(text) == {"x": [str(number) for number in range(12)]}


KEYS = st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=5)
TREES = st.recursive(
    st.text(max_size=5),
    lambda inner: (
        st.lists(st.text(max_size=5), min_size=1, max_size=3) | st.dictionaries(KEYS, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, TREES, max_size=4))
def test_what_the_sdk_encodes_is_read_back(tree):
    assert decode(urlencode(list(_api_encode(tree)))) == tree


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    path=st.sampled_from(sorted({path for _, path in ROUTES})),
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    body=st.dictionaries(KEYS | st.just("amount"), st.text(max_size=8) | st.integers(-5, 5), max_size=3),
)
def test_nonsense_never_breaks_it(simulator, path, method, body):
    """Whatever is asked, the answer is Stripe-shaped and never a 500."""
    address = simulator.url + path.replace("{id}", "tr_x").replace("{transferId}", "tr_y")
    data = json.dumps(body).encode() if path.startswith("/v2") else urlencode(body).encode()
    headers = {"Authorization": "Bearer sk_test_x"}
    request = Request(address, data if method == "POST" else None, headers, method=method)
    with build_opener(AnyStatus).open(request, timeout=10) as answer:
        assert answer.status in (200, 400, 403, 404)
        assert (answer.status == 200) == ("error" not in json.load(answer))


class AnyStatus(HTTPErrorProcessor):
    """An answer is an answer, whatever its status."""

    def http_response(self, request, response):
        return response


def test_a_request_stays_cheap(client, simulator):
    """Five milliseconds a request is the budget; the fastest of twenty tells what the work itself costs."""

    def once():
        start = time.perf_counter()
        client.v1.checkout.sessions.create(session_params())
        return time.perf_counter() - start

    once()
    assert min(once() for _ in range(20)) < 0.05  # ten times the budget: shared machines are slow


def test_the_key_must_be_a_test_key(simulator):
    live = sdk(simulator.url, key="sk_" + "live_123")
    error = refused(live.v1.balance.retrieve)
    assert (type(error).__name__, error.http_status) == ("AuthenticationError", 401)


def test_headers_of_an_answer(client):
    headers = client.v1.balance.retrieve().last_response.headers
    assert headers["stripe-version"] == "2026-10-28.endive"
    assert headers["request-id"].startswith("req_")
