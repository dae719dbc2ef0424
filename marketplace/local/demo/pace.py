"""Fast and quiet writing: many actions in one transaction, without waking a worker for each."""

from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def quietly():
    """One transaction whose nudges are dropped: the rows are the truth, and the sweeps find what is still due.

    Nested actions make no savepoints: half of all statements would be nothing else. So an action that refuses must
    not be caught inside; ask first.
    """
    with transaction.atomic():
        connection.features.uses_savepoints = False
        try:
            yield
        finally:
            del connection.features.uses_savepoints
        connection.run_on_commit.clear()
