"""Storing an upload, and what the virus check says of it."""

import logging
from contextlib import contextmanager

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction

from marketplace.db import in_transaction, lock
from marketplace.errors import DomainError
from marketplace.files.checking import Checked, check_upload
from marketplace.files.discarding import UNUSED, discard
from marketplace.files.models import StoredFile
from marketplace.files.notices import file_blocked
from marketplace.files.previews import may_be_drawn

log = logging.getLogger(__name__)
State = StoredFile.State
NOT_STORED = "The file could not be stored just now. Nothing was sent: add it again in a few minutes."


def store_upload(*, upload, owner, allowed, at):
    """The StoredFile of an upload that passed every check; `upload` may be a form's already Checked file.

    Call it outside any transaction: the storage may be a bucket at the other end of a network. What was stored and
    then not used is discarded by `stored_for`, or, when the process dies in between, by a sweep (discarding.py).
    `allowed` is a Purpose of kinds.py. Raises DomainError (field "file") with what is wrong and what to do.
    """
    if in_transaction():
        raise RuntimeError("Files are never stored inside a database transaction.")
    return store_checked(upload if isinstance(upload, Checked) else check_upload(upload, allowed), owner=owner, at=at)


def store_checked(checked, *, owner, at):
    """The row first, as "uploaded", then the bytes: no bytes lie anywhere without a row that names them.

    With a virus scanner the file is "checking" until that has answered (scanning.py), else ready at once.
    """
    stored = StoredFile(
        owner=owner, original_name=checked.name, extension=checked.kind.extension,
        content_type=checked.kind.content_type, size=checked.size, sha256=checked.sha256,
        is_reencoded=checked.is_reencoded, created_at=at, unused_due_at=at + UNUSED,
    )  # fmt: skip
    stored.content.name = stored.content.field.generate_filename(stored, checked.name)
    stored.save()
    try:
        stored.content.name = stored.content.storage.save(stored.content.name, ContentFile(checked.data))
    except Exception as error:  # whatever a disk or a bucket can say
        log.exception("File %s could not be stored", stored.code)
        raise DomainError(NOT_STORED, code="not_stored", field="file") from error
    return _receive(stored, at)


@transaction.atomic
def _receive(stored, at):
    if settings.CLAMD_URL:
        stored.state, stored.check_due_at = State.CHECKING, at
    else:
        _make_ready(stored, at)
    stored.save(update_fields=["content", "state", "check_due_at", "preview_due_at"])
    _nudge(stored)
    return stored


@contextmanager
def stored_for(uploads, *, owner, allowed, at):
    """The StoredFiles of several uploads, for a block that uses them: if it is refused, none is left behind."""
    files = []
    try:
        for upload in uploads:
            files.append(store_upload(upload=upload, owner=owner, allowed=allowed, at=at))
        yield files
    except DomainError:
        for stored in files:
            discard(stored)
        raise


@transaction.atomic
def settle_check(*, stored, virus, at):
    """Ready, or blocked for good with the name of what was found. The first answer counts."""
    stored = lock(StoredFile, stored.pk)
    if stored.state != State.CHECKING:
        return stored
    stored.check_due_at = None
    if virus:
        stored.state, stored.problem = State.BLOCKED, f"The virus check found {virus}."[:200]
    else:
        _make_ready(stored, at)
    stored.save(update_fields=["state", "problem", "check_due_at", "preview_due_at"])
    if virus:
        file_blocked(stored, at=at)
    _nudge(stored)
    return stored


def _make_ready(stored, at):
    stored.state = State.READY
    stored.preview_due_at = at if may_be_drawn(stored.extension) else None


def _nudge(stored):
    from marketplace.files.tasks import check_files, draw_previews

    if stored.check_due_at:
        check_files.delay_on_commit()
    if stored.preview_due_at:
        draw_previews.delay_on_commit()
