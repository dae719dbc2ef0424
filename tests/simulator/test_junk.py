"""Nonsense on the wire: each gets an answer that says so, none is a bug, and nothing changes."""

import http.client
import json
from urllib.parse import urlsplit

import pytest

from payments.simulator.app import Simulator
from payments.simulator.timetable import HANDLERS
from tests.simulator.conftest import refused


@pytest.fixture
def send(simulator):
    """`send(method, path, body, **headers)`: status and text, whatever they are."""

    def send(method, path, body=None, **headers):
        connection = http.client.HTTPConnection(urlsplit(simulator.url).netloc, timeout=10)
        headers = {"Authorization": "Bearer sk_test_x", **headers}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        status, text = answer.status, answer.read().decode()
        connection.close()
        return status, text

    yield send
    assert simulator.control("GET", "health")["bugs"] == 0


@pytest.mark.parametrize(
    "body",
    [
        b"amount=\xff\xfe",
        b"a[][b]=1&a[]=2",
        b"a[]=1&a[b]=2&a=3&a[]=4",
        "a[²]=1&metadata[١]=2".encode(),
        b"a" + b"[b]" * 5_000 + b"=1",
        b"[=]&&&=1&%%%=%zz",
    ],
)
def test_a_form_that_makes_no_sense(send, body):
    status, text = send("POST", "/v1/transfers", body)
    assert (status, json.loads(text)["error"]["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize("body", [b"[1]", b"{", b"\xff", b'"x"', b"[" * 100_000])
def test_json_that_makes_no_sense(send, body):
    assert send("POST", "/v2/core/accounts", body)[0] == 400


@pytest.mark.parametrize("path", ["/v2/core/events", "/v2/core/accounts"])
@pytest.mark.parametrize("page", ["abc", "-1", "page_", "page_x", "0' OR 1=1"])
def test_a_page_that_does_not_exist(send, path, page):
    assert send("GET", f"{path}?page={page.replace(' ', '%20')}")[0] == 400


@pytest.mark.parametrize("size", ["abc", "-5", "1e3", "²"])
def test_a_length_that_is_no_number(send, size):
    assert send("POST", "/v1/transfers", **{"Content-Length": size.encode("utf-8")})[0] == 400


@pytest.mark.parametrize("body", [b"[]", b"null", b"{", b"5", b"[" * 100_000])
def test_a_control_call_without_an_object(send, body):
    status, text = send("POST", "/_control/clock", body)
    assert (status, "error" in json.loads(text)) == (400, True)


@pytest.mark.parametrize("seconds", [-1, "x", None, 1e308, "inf", "nan", [], {}])
def test_a_clock_that_cannot_be_set(simulator, seconds):
    before = simulator.control("GET", "clock")["offset"]
    assert simulator.try_control("POST", "clock", {"seconds": seconds})[0] == 400
    assert simulator.control("GET", "clock")["offset"] == before


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"kind": "error", "error": "x"}),
        ("faults", {"kind": "error", "error": {"type": "nonsense"}}),
        ("topup", {"amount": -5}),
        ("topup", {"amount": "5"}),
        ("topup", {"amount": 5.5}),
        ("topup", {"amount": 5, "currency": "galleons"}),
        ("topup", {"amount": True}),
    ],
)
def test_controls_that_make_no_sense(simulator, held, path, body):
    assert simulator.try_control("POST", path, body)[0] == 400
    assert (held(), simulator.control("GET", "faults")["faults"]) == ((0, 0), [])


@pytest.mark.parametrize(
    ("metadata", "param"),
    [
        ({f"k{number}": "1" for number in range(51)}, "metadata"),
        ({"k" * 41: "1"}, "metadata"),
        ({"k": "v" * 501}, "metadata[k]"),
    ],
)
def test_metadata_has_limits(client, metadata, param):
    params = {"amount": 100, "currency": "usd", "metadata": metadata}
    assert refused(client.v1.topups.create, params).param == param
    assert client.v1.topups.list().data == []


def test_money_has_a_currency(client):
    for create in (client.v1.topups.create, client.v1.payouts.create):
        assert refused(create, {"amount": 100, "currency": "zzz"}).param == "currency"


def test_a_job_that_fails_is_told_once_and_holds_nothing_up(monkeypatch, capsys):
    """A bug in what is due must not stop the clock, nor every request after it."""
    monkeypatch.setitem(HANDLERS, "broken", lambda sim, target, data: sim.store.set_setting("half", 1) or 1 / 0)
    monkeypatch.setitem(HANDLERS, "sound", lambda sim, target, data: sim.store.set_setting("done", target))
    sim = Simulator()
    sim.timetable.add(sim.clock.now(), "broken", "x")
    sim.timetable.add(sim.clock.now(), "sound", "y")
    assert (sim.timetable.run_due(), sim.timetable.run_due()) == (2, 0)
    assert (sim.store.setting("half"), sim.store.setting("done"), sim.health.bugs) == (None, "y", 1)
    assert "job broken for x" in capsys.readouterr().err
    sim.store.close()


def test_the_clock_never_goes_back(monkeypatch):
    sim = Simulator()
    now = sim.clock.now()
    monkeypatch.setattr("time.time", lambda: now - 3_600)
    assert sim.clock.now() == now
    sim.store.close()
