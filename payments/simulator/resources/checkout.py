"""Checkout Sessions on a hosted page. https://docs.stripe.com/api/checkout/sessions"""

from .. import metadata
from ..amounts import must_be_currency
from ..blanks import blank
from ..errors import invalid, no_such
from ..identifiers import PLATFORM, new_id
from ..listing import list_objects, page_of
from ..rendering import show
from ..routing import route
from ..timetable import job
from .payment_intents import cancel_intent

SHORTEST, LONGEST = 30 * 60, 24 * 3600  # seconds until a session may expire
EMPTY = """adaptive_pricing after_expiration allow_promotion_codes allowed_payment_method_types
billing_address_collection client_secret collected_information consent consent_collection currency_conversion customer
customer_account customer_creation discounts integration_identifier invoice invoice_creation locale managed_payments
origin_context payment_intent payment_link payment_method_collection payment_method_configuration_details permissions
recovered_from saved_payment_method_options setup_intent shipping_address_collection shipping_cost subscription
wallet_options"""
MINIMUM, MAXIMUM = 50, 99_999_999  # minor units


@route("POST", "/v1/checkout/sessions")
def create(sim, call):
    params, now = call.params, sim.clock.now()
    _refuse_the_unsupported(params)
    items = [_line_item(item, number) for number, item in enumerate(params.get("line_items", []))]
    if not items:
        raise invalid("Missing required param: line_items.", code="parameter_missing", param="line_items")
    total, currency = sum(item["amount_total"] for item in items), _one_currency(items)
    if total < MINIMUM:
        message = "The Checkout Session's total amount must convert to at least 50 cents."
        raise invalid(message, code="amount_too_small")
    if total > MAXIMUM:
        raise invalid("Amount must be no more than $999,999.99", code="amount_too_large")
    expires_at, due = _expiry(sim, params.get("expires_at", now + LONGEST))
    session = _new_session(call, now, total, currency, expires_at)
    session["_line_items"], session["_intent_data"] = items, params.get("payment_intent_data", {})
    sim.store.add(session, call.account)
    sim.timetable.add(due, "expire_session", session["id"])
    return show(sim, session, params.get("expand", []))


@route("GET", "/v1/checkout/sessions")
def list_all(sim, call):
    return list_objects(sim, call, "checkout.session", "/v1/checkout/sessions", ("payment_intent", "status"))


@route("GET", "/v1/checkout/sessions/{id}")
def retrieve(sim, call):
    return show(sim, find(sim, call.ids["id"], call.account), call.params.get("expand", []))


@route("POST", "/v1/checkout/sessions/{id}")
def update(sim, call):
    session = find(sim, call.ids["id"], call.account)
    session["metadata"] = metadata.merge(session["metadata"], call.params)
    return show(sim, sim.store.save(session), call.params.get("expand", []))


@route("GET", "/v1/checkout/sessions/{id}/line_items")
def line_items(sim, call):
    session = find(sim, call.ids["id"], call.account)
    rows, more = page_of(call, session["_line_items"])
    return {"object": "list", "data": rows, "has_more": more, "url": call.path}


@route("POST", "/v1/checkout/sessions/{id}/expire")
def expire(sim, call):
    session = find(sim, call.ids["id"], call.account)
    if session["status"] != "open":
        message = f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {session["status"]}.'
        raise invalid(message)
    return show(sim, expire_session(sim, session), call.params.get("expand", []))


@job("expire_session")
def expire_when_due(sim, id, data):
    session = sim.store.find("checkout.session", id)
    if session and session["status"] == "open":
        expire_session(sim, session)


def expire_session(sim, session):
    session |= {"status": "expired", "url": None}
    sim.store.save(session)
    sim.timetable.remove("expire_session", session["id"])
    if session["payment_intent"]:
        intent = sim.store.find("payment_intent", session["payment_intent"])
        if intent["status"] in ("requires_payment_method", "requires_action"):
            cancel_intent(sim, intent, "automatic")
    sim.events.emit("checkout.session.expired", session)
    return session


def find(sim, id, account=PLATFORM):
    session = sim.store.find("checkout.session", id, account)
    if session is None:
        raise no_such("checkout.session", id)
    return session


def _expiry(sim, expires_at):
    """The time as given, and when it comes on our clock.

    The caller's clock is not moved with ours: a time that fits the real one is taken as meant by it.
    """
    for ahead in (0, sim.clock.offset):
        if SHORTEST - 60 <= expires_at + ahead - sim.clock.now() <= LONGEST + 60:
            return expires_at, expires_at + ahead
    message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation."
    raise invalid(message, param="expires_at")


def _refuse_the_unsupported(params):
    if params.get("mode") != "payment":
        raise invalid("The simulator speaks only mode=payment.", param="mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid("The simulator speaks only ui_mode=hosted_page.", param="ui_mode")
    if not params.get("success_url"):
        raise invalid("Missing required param: success_url.", code="parameter_missing", param="success_url")
    for name in ("success_url", "cancel_url"):
        if params.get(name) and not params[name].startswith(("http://", "https://")):
            raise invalid("Not a valid URL", code="url_invalid", param=name)
    data = params.get("payment_intent_data", {})
    for name in ("application_fee_amount", "transfer_data", "on_behalf_of", "capture_method"):
        if name in data:
            raise invalid(f"The simulator does not know {name}.", param=f"payment_intent_data[{name}]")


def _line_item(item, number):
    where = f"line_items[{number}]"
    price, quantity = item.get("price_data"), item.get("quantity", 1)
    if price is None:
        raise invalid("The simulator needs price_data.", code="parameter_missing", param=f"{where}[price_data]")
    must_be_currency(price["currency"], f"{where}[price_data][currency]")
    product, amount = price.get("product_data"), price.get("unit_amount")
    if product is None or amount is None:
        name = "product_data" if product is None else "unit_amount"
        raise invalid(f"Missing required param: {where}[price_data][{name}].", code="parameter_missing")
    if amount < 0 or quantity < 1:
        raise invalid("Invalid non-negative integer", code="parameter_invalid_integer", param=where)
    return {
        "id": new_id("li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount * quantity,
        "amount_tax": 0,
        "amount_total": amount * quantity,
        "currency": price["currency"],
        "description": product["name"],
        "metadata": {},
        "price": {"object": "price", "currency": price["currency"], "unit_amount": amount},
        "quantity": quantity,
    }


def _one_currency(items):
    currencies = {item["currency"] for item in items}
    if len(currencies) > 1:
        raise invalid("All line items must have the same currency.", param="line_items")
    return currencies.pop()


def _new_session(call, now, total, currency, expires_at):
    params, id, email = call.params, new_id("cs_test", 48), call.params.get("customer_email")
    return blank(EMPTY) | {
        "id": id,
        "object": "checkout.session",
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": blank("liability provider status") | {"enabled": False},
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "created": now,
        "currency": currency,
        "custom_fields": [],
        "custom_text": blank("after_submit shipping_address submit terms_of_service_acceptance"),
        "customer_details": customer_details(email, None) if email else None,
        "customer_email": email,
        "expires_at": expires_at,
        "livemode": False,
        "metadata": metadata.clean(params.get("metadata")),
        "mode": "payment",
        "payment_method_options": {},
        "payment_method_types": ["card", "us_bank_account"],
        "payment_status": "unpaid",
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{call.base_url}/c/pay/{id}",
    }


def customer_details(email, name):
    empty = blank("address business_name individual_name phone")
    return empty | {"email": email, "name": name, "tax_exempt": "none", "tax_ids": []}
