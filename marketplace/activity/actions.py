"""Writing the audit trail."""

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from psycopg2.extras import Json

INSERT = """
INSERT INTO activity_event (actor_id, verb, subject_type_id, subject_id, at, data) VALUES (%s, %s, %s, %s, %s, %s)
"""


def record(verb, *, actor, subject, at, **data):
    """Add one event about `subject`, in the caller's transaction. `data` must be JSON."""
    kind = ContentType.objects.get_for_model(subject)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [actor and actor.pk, verb, kind.pk, subject.pk, at, Json(data)])
