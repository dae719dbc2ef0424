"""What a connected account's owner sees behind a login link: balance, payments, payouts; and their bank account."""

import json

from ..cards import PAYOUT_BANKS
from ..clock import DAY
from ..resources import accounts
from .html import fields_of, page, redirect

OPEN_FOR = 3600


def show(sim, request, account_id, token):
    return _dashboard(sim, account_id) if _is_open(sim, account_id, token) else _closed()


def change_bank(sim, request, account_id, token):
    """Another bank account: what the last one refused is sent there by the next daily run."""
    number = fields_of(request).get("account", "")
    with sim.work():
        if not _is_open(sim, account_id, token):
            return _closed()
        if number not in PAYOUT_BANKS:
            return _dashboard(sim, account_id, number=number, error="Only the test account numbers listed here work.")
        account = accounts.find(sim, account_id)
        accounts.add_bank(sim, account, account.get("display_name"), number)
        sim.store.save(account)
        sim.events.emit("account.updated", accounts.v1_account(sim, account_id), account_id)
    return redirect(f"/express/{account_id}/{token}")


def _is_open(sim, account_id, token):
    link = sim.store.find("_login_link", token)
    return link is not None and link["account"] == account_id and sim.clock.now() <= link["created"] + OPEN_FOR


def _closed():
    text = "Open your dashboard again from the site."
    return page("message.html", 404, title="This link is no longer valid", text=text)


def _dashboard(sim, account_id, number="000123456789", error=""):
    account = accounts.find(sim, account_id)
    currency = account["defaults"]["currency"]
    rows = [{**row, "settles": _settles(sim, row)} for row in _of(sim, "charge", account_id)]
    return page(
        "express.html",
        422 if error else 200,
        number=number,
        errors={"account": error} if error else {},
        account=account,
        currency=currency,
        standing=accounts.status_of(account),
        bank=account["_bank"],
        available=sim.book.amount(account_id, "available", currency),
        pending=sim.book.amount(account_id, "pending", currency),
        payments=rows,
        payouts=_of(sim, "payout", account_id),
        next_run=(sim.clock.now() // DAY + 1) * DAY,
        merchant=sim.merchant,
    )


def _of(sim, kind, account_id):
    sql = "SELECT body FROM object WHERE kind = ? AND account = ? ORDER BY seq DESC LIMIT 50"
    return [json.loads(row["body"]) for row in sim.store.rows(sql, kind, account_id)]


def _settles(sim, payment):
    txn = sim.store.find("balance_transaction", payment["balance_transaction"])
    return {"status": txn["status"], "on": txn["available_on"]}
