"""Writing many notices in one statement, faster than rows of a model would."""

import json

from django.db import connection

from marketplace.db import new_codes

# Columns that differ from person to person come as arrays, the others once.
INSERT = """
INSERT INTO notifications_notification
    (code, recipient_id, title, body, reason, facts, email_due_at, in_digest,
     kind, key, action, url, due_at, needs_action, created_at, email_attempts, email_error)
SELECT one.*, %(kind)s, %(key)s, %(action)s, %(url)s, %(due_at)s, %(needs_action)s, %(created_at)s, 0, ''
FROM unnest(%(code)s, %(recipient)s::bigint[], %(title)s, %(body)s, %(reason)s, %(facts)s::jsonb[],
            %(email_due_at)s::timestamptz[], %(in_digest)s) AS one
ON CONFLICT (recipient_id, key) DO NOTHING
"""
OWN = ("recipient", "title", "body", "reason", "email_due_at", "in_digest")


def write(rows, **shared):
    """Insert one notice for each of `rows` (dicts of OWN and `facts`), all with `shared`; who has one keeps it."""
    values = {name: [row[name] for row in rows] for name in OWN}
    values["facts"] = [json.dumps(row["facts"]) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values | shared | {"code": new_codes(len(rows))})
