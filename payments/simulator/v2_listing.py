"""Lists of the v2 API: newest first, paged by address. https://docs.stripe.com/api-v2-overview#list-pagination"""

import json
import re
from urllib.parse import urlencode

from .errors import invalid
from .identifiers import PLATFORM

USUAL, MOST = 20, 100


def page_of(sim, call, kind, where="", values=()):
    """Stored objects of a kind that fit the SQL, and the addresses of the pages around them."""
    limit = call.params.get("limit", USUAL)
    if not 1 <= limit <= MOST:
        raise invalid(f"limit must be between 1 and {MOST}.", param="limit")
    sql, args = "SELECT seq, body FROM object WHERE kind = ? AND account = ?" + where, [kind, PLATFORM, *values]  # noqa: S608
    if "page" in call.params:
        sql, args = sql + " AND seq < ?", [*args, _place(call.params["page"])]
    rows = sim.store.rows(f"{sql} ORDER BY created DESC, seq DESC LIMIT {limit + 1}", *args)
    following = f"page_{rows[limit - 1]['seq']}" if len(rows) > limit else None
    found = [json.loads(row["body"]) for row in rows[:limit]]
    return found, {"next_page_url": _address(call, following), "previous_page_url": None}


def _place(page):
    found = re.fullmatch(r"page_([0-9]{1,15})", page)
    if not found:
        raise invalid("This page does not exist.", param="page")
    return int(found[1])


def _address(call, page):
    """The same question, further on."""
    if page is None:
        return None
    pairs = []
    for name, value in (call.params | {"page": page}).items():
        if isinstance(value, list):
            pairs += [(f"{name}[{number}]", each) for number, each in enumerate(value)]
        elif isinstance(value, dict):
            pairs += [(f"{name}[{key}]", each) for key, each in value.items()]
        else:
            pairs.append((name, str(value).lower() if isinstance(value, bool) else value))
    return f"{call.path}?{urlencode(pairs)}"
