"""Storing an upload, and what the virus check says of it."""

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction

from marketplace.db import lock
from marketplace.files.checking import Checked, check_upload
from marketplace.files.models import StoredFile
from marketplace.files.previews import may_be_drawn

State = StoredFile.State


@transaction.atomic
def store_upload(*, upload, owner, allowed, at):
    """The StoredFile of an upload that passed every check; `upload` may be a form's already Checked file.

    With a virus scanner it is "checking" until that has answered (scanning.py), else ready at once. `allowed` is a
    Purpose of kinds.py. Raises DomainError (field "file") with what is wrong and what to do.
    """
    checked = upload if isinstance(upload, Checked) else check_upload(upload, allowed)
    stored = StoredFile(
        owner=owner, original_name=checked.name, extension=checked.kind.extension,
        content_type=checked.kind.content_type, size=checked.size, sha256=checked.sha256,
        is_reencoded=checked.is_reencoded, created_at=at,
    )  # fmt: skip
    if settings.CLAMD_URL:
        stored.state, stored.check_due_at = State.CHECKING, at
    else:
        _make_ready(stored, at)
    stored.content.save(checked.name, ContentFile(checked.data), save=False)
    stored.save()
    _nudge(stored)
    return stored


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
