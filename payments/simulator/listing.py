"""Lists: newest first, `limit`, `starting_after`, `ending_before`, `created`, equality filters.

https://docs.stripe.com/api/pagination
"""

import json

from .errors import invalid, no_such
from .rendering import show

RANGE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def list_objects(sim, call, kind, url, filters=(), where="", values=()):
    """A page of the caller's objects of one kind; `filters` are parameters that equal a field."""
    sql, args = "SELECT seq, body FROM object WHERE kind = ? AND account = ?", [kind, call.account]
    for name in filters:
        if name in call.params:
            sql, args = sql + f" AND json_extract(body, '$.{name}') = ?", [*args, call.params[name]]
    sql, args = sql + where, [*args, *values]
    sql, args = _within(sql, args, call.params.get("created"))
    rows, more = _page(sim, call, sql, args)
    data = [show(sim, json.loads(row["body"]), _item_expansions(call)) for row in rows]
    return {"object": "list", "data": data, "has_more": more, "url": url}


def page_of(call, items):
    """The same paging for a short list that is already in memory, newest first."""
    limit, ids = _limit(call), [item["id"] for item in items]
    after, before = call.params.get("starting_after"), call.params.get("ending_before")
    if after in ids:
        items = items[ids.index(after) + 1 :]
    elif before in ids:
        items = items[: ids.index(before)][-limit:]
    return items[:limit], len(items) > limit


def _item_expansions(call):
    paths = call.params.get("expand", [])
    for path in paths:
        if not path.startswith("data."):
            raise invalid(f"This property cannot be expanded ({path}). Did you mean 'data.{path}'?", param="expand")
    return [path.removeprefix("data.") for path in paths]


def _within(sql, args, created):
    if isinstance(created, int):
        return sql + " AND created = ?", [*args, created]
    for name, value in (created or {}).items():
        sql, args = sql + f" AND created {RANGE[name]} ?", [*args, value]
    return sql, args


def _page(sim, call, sql, args):
    limit = _limit(call)
    before = call.params.get("ending_before")
    cursor = call.params.get("starting_after") or before
    if cursor:
        row = sim.store.row("SELECT seq, created FROM object WHERE id = ?", cursor)
        if row is None:
            raise no_such("object", cursor, param="ending_before" if before else "starting_after")
        sign = ">" if before else "<"
        sql, args = sql + f" AND seq {sign} ? AND created {sign}= ?", [*args, row["seq"], row["created"]]
    way = "ASC" if before else "DESC"
    rows = sim.store.rows(f"{sql} ORDER BY created {way}, seq {way} LIMIT {limit + 1}", *args)
    page = rows[:limit]
    return (page[::-1] if before else page), len(rows) > limit


def _limit(call):
    limit = call.params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("This value must be between 1 and 100.", code="parameter_invalid_integer", param="limit")
    return limit
