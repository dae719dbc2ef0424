"""Writing many notices in one statement, faster than rows of a model would."""

from django.db import connection

from marketplace.db import new_codes, packed_array

# What is the same for all comes once, what differs from person to person as an array.
INSERT = """
INSERT INTO notifications_notification ({columns}, email_attempts, email_error)
SELECT {values}, 0, '' FROM unnest({arrays}) AS one ({differing})
ON CONFLICT (recipient_id, key) DO NOTHING
"""
OWN = {
    "title": "text", "body": "text", "reason": "text", "facts": "jsonb",
    "email_due_at": "timestamptz", "in_digest": "boolean",
}  # fmt: skip


def write(rows, **shared):
    """Insert one notice for each of `rows` (dicts of OWN, `facts` as JSON, and `recipient_id`), all with `shared`; who
    has one keeps it."""
    own = {name: [row[name] for row in rows] for name in OWN}
    same = {name: values[0] for name, values in own.items() if all(value == values[0] for value in values)}
    differing = {name: values for name, values in own.items() if name not in same}
    packed = {
        "code": packed_array(new_codes(len(rows))),
        "recipient_id": packed_array(row["recipient_id"] for row in rows),
    }
    arrays = {"code": "text", "recipient_id": "bigint"} | {name: OWN[name] for name in differing}
    once = [f"%({name})s::{OWN[name]}" for name in same] + [f"%({name})s" for name in shared]
    statement = INSERT.format(
        columns=", ".join([*arrays, *same, *shared]), values=", ".join([*(f"one.{name}" for name in arrays), *once]),
        arrays=", ".join(f"%({name})s::{kind}[]" for name, kind in arrays.items()), differing=", ".join(arrays),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement, shared | same | differing | packed)
