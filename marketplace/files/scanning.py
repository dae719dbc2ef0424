"""Viruses: with CLAMD_URL set nothing is shown before the scanner answered, and nothing lost while it is away."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from marketplace.files.actions import settle_check
from marketplace.files.clamd import Unanswered, found_in
from marketplace.files.models import StoredFile

log = logging.getLogger(__name__)
# Until the next try, doubled each time. Longer than a scan takes: then whoever took the file is thought dead.
PAUSE, LONGEST = timedelta(minutes=2), timedelta(minutes=15)
State = StoredFile.State


def check_next(*, at):
    """Have one due file scanned. False when none is due or no scanner is configured: then they wait for one.

    Call it outside any transaction. Killed at any point, the row stays due.
    """
    stored = _take(at) if settings.CLAMD_URL else None
    if stored is None:
        return False
    try:
        with stored.content.open("rb") as opened:
            virus = found_in(opened, url=settings.CLAMD_URL)
    except (Unanswered, OSError) as error:
        log.warning("File %s is still to be scanned: %s", stored.code, error)
    else:
        settle_check(stored=stored, virus=virus, at=at)
    return True


@transaction.atomic
def _take(at):
    """The next due file, counted and put off before it is scanned. There is no last try: unchecked is not shown."""
    due = StoredFile.objects.filter(state=State.CHECKING, check_due_at__lte=at)
    stored = due.select_for_update(skip_locked=True, of=("self",)).order_by("check_due_at", "pk").first()
    if stored is not None:
        stored.check_due_at = at + min(PAUSE * 2 ** min(stored.check_tries, 10), LONGEST)
        stored.check_tries = min(stored.check_tries + 1, 30_000)
        stored.save(update_fields=["check_due_at", "check_tries"])
    return stored
