"""Statements that PostgreSQL plans once for a connection, not each time: planning costs as much as a quick answer.

Only for statements whose best plan is the same whatever the values are: it is made without looking at them. Behind a
pool that gives a server connection to somebody else after each transaction (Django knows of it by
`DISABLE_SERVER_SIDE_CURSORS`: docs/scale.md) nothing stays prepared, so there they are planned each time.
"""

import logging
import re
from functools import lru_cache
from hashlib import blake2b
from weakref import WeakKeyDictionary

from django.db import DatabaseError
from psycopg2.errors import DuplicatePreparedStatement, FeatureNotSupported, InvalidSqlStatementName

log = logging.getLogger(__name__)
SHARED = "DISABLE_SERVER_SIDE_CURSORS"  # what Django calls it
AT_MOST = 60  # on one connection: each takes 100 to 700 KB of its server process
PLACEHOLDER = re.compile(r"%\((\w+)\)s|%%")
ONE_PLAN = "SET LOCAL plan_cache_mode = force_generic_plan; "
_prepared = WeakKeyDictionary()  # connection of the driver → names of what is prepared there


def execute(cursor, statement, types, values, *, local=""):
    """Execute a statement with `%(name)s` for values; it is prepared when a connection first uses it.

    `types`: "project bigint, skills bigint[]", each name of the statement once. `local`: SET LOCAL …, for planning
    and running it; they travel in the same message. Raises KeyError for a name that has no type or no value.
    """
    name, preparing, call = _compiled(statement, types)
    if cursor.db.settings_dict.get(SHARED):
        return cursor.execute(local + statement, values)
    try:
        is_prepared = _is_prepared(cursor, name, preparing)
        return cursor.execute(local + (ONE_PLAN + call if is_prepared else statement), values)
    except DatabaseError as error:
        if isinstance(error.__cause__, FeatureNotSupported):  # a migration gave a column of the result another type
            cursor.db.close_at = 0  # the next request begins with a new connection
        elif isinstance(error.__cause__, InvalidSqlStatementName | DuplicatePreparedStatement):
            log.error("Somebody else has this connection of the database in between: see PgBouncer in docs/scale.md")
            cursor.db.settings_dict[SHARED] = True  # of this process
        else:
            raise
        if cursor.db.in_atomic_block:  # what was begun is lost, and is done again as after any lost connection
            raise
        return cursor.execute(local + statement, values)


def _is_prepared(cursor, name, preparing):
    """Whether it is now, which it is not where there are too many."""
    here = _prepared.setdefault(cursor.db.connection, set())
    if name not in here and len(here) < AT_MOST:
        with cursor.db.wrap_database_errors:
            cursor.cursor.execute(preparing)
        here.add(name)
    return name in here


@lru_cache(maxsize=500)
def _compiled(statement, types):
    """(name, PREPARE …, EXECUTE … with placeholders). The name is of the text, so another release has another."""
    typed = dict(part.strip().split(" ", 1) for part in types.split(",") if part)
    used = list(dict.fromkeys(name for name in PLACEHOLDER.findall(statement) if name))
    number = {name: f"${place}" for place, name in enumerate(used, 1)}
    text = PLACEHOLDER.sub(lambda found: number[found[1]] if found[1] else "%", statement)
    name = f"p_{blake2b(f'{types}{statement}'.encode(), digest_size=12).hexdigest()}"
    signature = f" ({', '.join(typed[one] for one in used)})" if used else ""
    given = f" ({', '.join(f'%({one})s' for one in used)})" if used else ""
    return name, f"PREPARE {name}{signature} AS {text}", f"EXECUTE {name}{given}"
