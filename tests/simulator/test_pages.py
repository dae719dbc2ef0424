"""The hosted pages over plain HTTP: what a person without JavaScript does."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser

import pytest

from tests.simulator.conftest import session_params

GOOD_CARD = {
    "method": "card",
    "email": "a@example.com",
    "number": "4242 4242 4242 4242",
    "expiry": "12/34",
    "cvc": "123",
}
PERSON = {
    "given_name": "Robin",
    "surname": "Quist",
    "day": "3",
    "month": "4",
    "year": "2001",
    "line1": "1 Main St",
    "city": "Troy",
    "state": "NY",
    "postal_code": "12180",
    "routing": "110000000",
    "account": "000123456789",
    "decision": "active",
}


class Browser(urllib.request.HTTPRedirectHandler):
    """Shows redirects instead of following them."""

    def redirect_request(self, *args):
        return None


@pytest.fixture
def visit():
    opener = urllib.request.build_opener(Browser)

    def visit(url, fields=None, headers=None):
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        try:
            answer = opener.open(urllib.request.Request(url, data, headers or {}), timeout=10)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers, answer.read().decode()

    return visit


@pytest.fixture
def session(client):
    return client.v1.checkout.sessions.create(session_params())


@pytest.fixture
def onboarding(client, recipient):
    use_case = {
        "type": "account_onboarding",
        "account_onboarding": {"refresh_url": "https://example.com/refresh", "return_url": "https://example.com/back"},
    }
    return client.v2.core.account_links.create({"account": recipient.id, "use_case": use_case}).url


def capability(client, account):
    found = client.v2.core.accounts.retrieve(account.id, {"include": ["configuration.recipient"]})
    return found.configuration.recipient.capabilities.stripe_balance.stripe_transfers.status


def test_checkout_shows_what_is_paid(visit, session):
    status, headers, html = visit(session.url)
    assert status == 200
    for text in ("Simulation — no real money", "$528.00", "Pricing review", "4000 0027 6000 3184", session.cancel_url):
        assert text in html
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' https://example.com" in policy
    assert "<script" not in html


def test_paying_leads_back_to_the_site(client, visit, session):
    status, headers, _ = visit(session.url, GOOD_CARD)
    assert (status, headers["Location"]) == (303, f"https://example.com/paid?session={session.id}")
    found = client.v1.checkout.sessions.retrieve(session.id)
    assert (found.payment_status, found.customer_details.email) == ("paid", "a@example.com")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"number": "4000 0000 0000 0002"}, "Your card was declined."),
        ({"number": "4242 4242 4242 4241"}, "Your card number is incorrect."),
        ({"expiry": "01/20"}, "in the future"),
        ({"expiry": "soon"}, "in the future"),
        ({"cvc": "1"}, "3 or 4 digits"),
        ({"email": "nobody"}, "Enter an e-mail address"),
        ({"method": "bank", "routing": "1", "account": "000123456789"}, "Only the test routing number"),
    ],
)
def test_what_goes_wrong_is_said(client, visit, session, change, message):
    status, _, html = visit(session.url, GOOD_CARD | change)
    assert status == 422
    assert message in html
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"


@pytest.mark.parametrize(("answer", "location", "paid"), [("complete", "/paid", "paid"), ("fail", None, "unpaid")])
def test_3d_secure_is_a_page_of_its_own(client, visit, simulator, session, answer, location, paid):
    status, headers, _ = visit(session.url, GOOD_CARD | {"number": "4000002760003184"})
    assert (status, headers["Location"]) == (303, f"/c/challenge/{session.id}")
    assert visit(simulator.url + headers["Location"])[0] == 200
    status, headers, html = visit(f"{simulator.url}/c/challenge/{session.id}", {"answer": answer})
    assert (status == 303 and location in headers["Location"]) or (status == 422 and "authenticate" in html)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == paid
    again = visit(f"{simulator.url}/c/challenge/{session.id}", {"answer": "complete"})
    assert again[1]["Location"] in (None, f"/c/pay/{session.id}")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == paid


def test_a_bank_debit_completes_unpaid(client, visit, session):
    form = {"method": "bank", "email": "a@example.com", "routing": "110000000", "account": "000123456789"}
    status, headers, _ = visit(session.url, form)
    assert (status, headers["Location"]) == (303, f"https://example.com/paid?session={session.id}")
    found = client.v1.checkout.sessions.retrieve(session.id)
    assert (found.status, found.payment_status) == ("complete", "unpaid")


def test_a_paid_session_says_so_and_takes_no_more(client, visit, session, held):
    visit(session.url, GOOD_CARD)
    status, _, html = visit(session.url, GOOD_CARD)
    assert (status, "already paid" in html) == (200, True)
    assert held() == (0, 51_239)


def test_an_expired_session_says_so(client, visit, session, held):
    client.v1.checkout.sessions.expire(session.id)
    status, _, html = visit(session.url, GOOD_CARD)
    assert (status, "expired" in html, session.cancel_url in html) == (410, True, True)
    assert held() == (0, 0)


def test_a_session_nobody_knows(visit, simulator):
    assert visit(f"{simulator.url}/c/pay/cs_test_nothing")[0] == 404


def test_names_are_escaped(client, visit):
    params = session_params()
    params["line_items"][0]["price_data"]["product_data"]["name"] = "<b>Bold & co</b>"
    html = visit(client.v1.checkout.sessions.create(params).url)[2]
    assert "&lt;b&gt;Bold &amp; co&lt;/b&gt;" in html
    assert "<b>Bold" not in html


def test_onboarding_to_the_end(client, visit, simulator, recipient, onboarding):
    status, headers, _ = visit(onboarding)
    assert status == 303
    form = simulator.url + headers["Location"]
    html = visit(form)[2]
    assert re.search(r'name="given_name"[^>]*value="Robin"', html)
    status, headers, _ = visit(form, PERSON)
    assert (status, headers["Location"]) == (303, "https://example.com/back")
    assert capability(client, recipient) == "active"
    assert client.v1.accounts.retrieve(recipient.id).payouts_enabled is True


@pytest.mark.parametrize("decision", ["restricted", "rejected"])
def test_onboarding_that_does_not_succeed(client, visit, simulator, recipient, onboarding, decision):
    form = simulator.url + visit(onboarding)[1]["Location"]
    assert visit(form, PERSON | {"decision": decision})[0] == 303
    assert capability(client, recipient) == decision


def test_a_link_works_once(visit, onboarding):
    assert visit(onboarding)[1]["Location"].startswith("/setup/")
    assert visit(onboarding)[1]["Location"] == "https://example.com/refresh"


def test_a_link_expires(visit, simulator, onboarding):
    simulator.control("POST", "clock", {"seconds": 301})
    assert visit(onboarding)[1]["Location"] == "https://example.com/refresh"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"year": "2020"}, "at least 18"),
        ({"day": "31", "month": "2"}, "real date of birth"),
        ({"surname": ""}, "legal last name"),
        ({"account": "1"}, "test account numbers"),
        ({"postal_code": "abc"}, "ZIP code of 5 digits"),
        ({"decision": "maybe"}, "Choose what"),
    ],
)
def test_mistakes_in_onboarding(client, visit, simulator, recipient, onboarding, change, message):
    form = simulator.url + visit(onboarding)[1]["Location"]
    status, _, html = visit(form, PERSON | change)
    assert (status, message in html) == (422, True)
    assert capability(client, recipient) == "restricted"


def test_the_express_dashboard(client, visit, simulator, ready, pay):
    params = {"amount": 48_000, "currency": "usd", "destination": ready.id, "source_transaction": pay()["charge"]}
    client.v1.transfers.create(params)
    url = client.v1.accounts.login_links.create(ready.id).url
    status, _, html = visit(url)
    assert (status, "$480.00" in html, "•••• 6789" in html) == (200, True, True)
    assert visit(url[:-3] + "xyz")[0] == 404


def test_a_bank_account_that_refused_money_is_changed_in_the_dashboard(client, visit, simulator, ready, pay):
    params = {"amount": 48_000, "currency": "usd", "destination": ready.id, "source_transaction": pay()["charge"]}
    client.v1.transfers.create(params)
    simulator.control("POST", "clock", {"days": 3})
    payout = client.v1.payouts.list(options={"stripe_account": ready.id}).data[0]
    simulator.control("POST", f"payouts/{payout.id}/fail", {"code": "account_closed"})
    url = client.v1.accounts.login_links.create(ready.id).url
    assert visit(url, {"account": "12"})[0] == 422
    assert visit(url, {"account": "000123456789"})[0] == 303
    simulator.control("POST", "payouts/run")
    newest = client.v1.payouts.list(options={"stripe_account": ready.id}).data[0]
    assert (newest.amount, newest.status, newest.id != payout.id) == (48_000, "pending", True)
    assert visit(url[:-3] + "xyz", {"account": "000123456789"})[0] == 404


def test_the_operator_page_names_people(client, visit, simulator, ready, pay):
    params = {"amount": 48_000, "currency": "usd", "destination": ready.id, "source_transaction": pay()["charge"]}
    client.v1.transfers.create(params)
    simulator.control("POST", "clock", {"days": 3})
    simulator.control("POST", "payouts/run")
    _, _, html = visit(simulator.url + "/")
    assert html.count(f"<td>{ready.display_name}</td>") == 2  # of the transfer, and of the payout to the bank


def test_the_operator_page(client, visit, simulator, session, recipient):
    status, headers, html = visit(simulator.url + "/")
    assert (status, headers["Referrer-Policy"]) == (200, "same-origin")  # else browsers post "Origin: null"
    for text in (session.id[:17], "Pricing review", recipient.id, "the book balances", "every answer fits"):
        assert text in html
    form = buttons_of(html)["Pay by card"]
    assert form == {"path": f"checkout/{session.id}/pay", "body": '{"card": "4242424242424242"}', "back": "payments"}
    status, headers, _ = visit(simulator.url + "/operate", form, {"Origin": simulator.url})
    assert (status, headers["Location"]) == (303, "/#payments")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    status, headers, _ = visit(simulator.url + "/operate", form)
    assert "said=This+session+is+paid+already." in headers["Location"]


class Buttons(HTMLParser):
    """{text of a button: the fields that it sends}, as a browser reads the page."""

    def __init__(self):
        super().__init__()
        self.found, self.fields, self.in_button = {}, {}, False

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.fields = {}
        elif tag == "input" and attrs.get("type") == "hidden":
            self.fields[attrs["name"]] = attrs["value"]
        self.in_button = tag == "button"

    def handle_data(self, data):
        if self.in_button:
            self.found.setdefault(data.strip(), self.fields)


def buttons_of(html):
    parser = Buttons()
    parser.feed(html)
    return parser.found


def test_every_button_sends_what_the_control_api_understands(visit, simulator, session, recipient):
    buttons = buttons_of(visit(simulator.url + "/")[2])
    assert {"1 hour", "Add $1,000", "Approve", "Restrict", "Pause delivery", "Start an outage"} <= set(buttons)
    bodies = [json.loads(form["body"]) for form in buttons.values() if "body" in form]
    assert {"outcome": "active"} in bodies


@pytest.mark.parametrize("headers", [{"Host": "shop.example.com"}, {"Origin": "https://evil.example.com"}])
def test_control_is_for_this_machine_only(visit, simulator, session, client, headers):
    before = simulator.control("GET", "clock")["offset"]
    for path in ("/operate", "/_control/clock"):
        assert visit(simulator.url + path, {"path": "clock", "body": '{"days": 1}'}, headers)[0] in (403, 404)
    assert simulator.control("GET", "clock")["offset"] == before
    assert visit(simulator.url + "/", None, headers)[0] == 404


def test_files_outside_the_folder_are_not_served(visit, simulator):
    assert visit(simulator.url + "/static/simulator.css")[0] == 200
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/nothing.css"):
        assert visit(simulator.url + path)[0] == 404
