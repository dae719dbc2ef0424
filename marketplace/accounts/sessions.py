"""Sessions in the database, as Django's own, read by a prepared statement: every page of a signed-in person does."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from marketplace import prepared

READ = "SELECT session_data, expire_date FROM django_session WHERE session_key = %(key)s AND expire_date > %(at)s"


class SessionStore(DatabaseSessions):
    def _get_session_from_db(self):
        with connection.cursor() as cursor:
            prepared.execute(cursor, READ, "key text, at timestamptz", {"key": self.session_key, "at": timezone.now()})
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return None
        return Session(self.session_key, *found)
