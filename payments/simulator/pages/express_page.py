"""What a connected account's owner sees behind a login link: balance, payments, payouts."""

import json

from ..clock import DAY
from ..resources import accounts
from .html import page

OPEN_FOR = 3600


def show(sim, request, account_id, token):
    link = sim.store.find("_login_link", token)
    if link is None or link["account"] != account_id or link["created"] + OPEN_FOR < sim.clock.now():
        text = "Open your dashboard again from the site."
        return page("message.html", 404, title="This link is no longer valid", text=text)
    account = accounts.find(sim, account_id)
    currency = account["defaults"]["currency"]
    rows = [{**row, "settles": _settles(sim, row)} for row in _of(sim, "charge", account_id)]
    return page(
        "express.html",
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
