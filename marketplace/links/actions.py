"""Looking up links: claim due rows, ask outside any transaction, note the outcome. What fails is tried again later."""

import logging
from datetime import timedelta

from django.db import transaction

from marketplace.links.fetching import Unreachable, fetch
from marketplace.links.models import LinkPreview

log = logging.getLogger(__name__)
BATCH = 10
TRIES = 3
LEASE = timedelta(minutes=3)  # longer than a batch takes; then the rows of a worker that died are due again
PAUSE = timedelta(minutes=5)  # times the tries so far
STALE = timedelta(days=30)
AGAIN = timedelta(minutes=1)  # between two looks that a person asks for
State = LinkPreview.State


def look_up(url, *, at):
    """Have the link looked up, unless that was done lately. Call it in the transaction that saves the link."""
    preview, is_new = LinkPreview.objects.get_or_create(url=url, defaults={"due_at": at})
    if not is_new and preview.due_at is None and preview.checked_at < at - STALE:
        LinkPreview.objects.filter(pk=preview.pk).update(due_at=at, tries=0)
    _nudge()
    return preview


def look_again(url, *, at):
    """A person asks for another look; not more than one a minute. Returns whether there will be one."""
    rows = LinkPreview.objects.filter(url=url, due_at=None, checked_at__lt=at - AGAIN)
    found = rows.update(due_at=at, tries=0, state=State.WAITING)
    _nudge()
    return bool(found)


def _nudge():
    from marketplace.links.tasks import look_up_links

    look_up_links.delay_on_commit()


def look_up_due(*, at):
    """Look up to BATCH due links up; returns how many. Call it outside any transaction."""
    rows = _claim(at)
    for preview in rows:
        _look(preview, at)
    return len(rows)


@transaction.atomic
def _claim(at):
    due = LinkPreview.objects.select_for_update(skip_locked=True).filter(due_at__lte=at).order_by("due_at")
    rows = list(due[:BATCH])
    LinkPreview.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=at + LEASE)
    return rows


def _look(preview, at):
    try:
        page = fetch(preview.url)
    except Unreachable as error:
        preview.tries += 1
        over = error.is_final or preview.tries >= TRIES
        preview.state, preview.reason = (State.FAILED if over else State.WAITING), error.reason
        preview.title = preview.site = preview.description = ""
        preview.due_at = None if over else at + PAUSE * preview.tries
    else:
        preview.state, preview.title, preview.site = State.READY, page.title, page.site[:200]
        preview.description = page.description
        preview.reason, preview.tries, preview.due_at = "", 0, None
    preview.checked_at = at
    preview.save()


def previews_of(urls):
    """{url: LinkPreview} of those that were ever looked up, in one query."""
    return {row.url: row for row in LinkPreview.objects.filter(url__in=[url for url in urls if url])}
