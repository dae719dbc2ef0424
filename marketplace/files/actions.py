"""Storing an upload."""

from django.core.files.base import ContentFile
from django.db import transaction

from marketplace.files.checking import Checked, check_upload
from marketplace.files.models import StoredFile
from marketplace.files.previews import may_be_drawn
from marketplace.files.tasks import draw_previews


@transaction.atomic
def store_upload(*, upload, owner, allowed, at):
    """The StoredFile of an upload that passed every check; `upload` may be a form's already Checked file.

    `allowed` is a Purpose of kinds.py. Raises DomainError (field "file") with what is wrong and what to do.
    """
    checked = upload if isinstance(upload, Checked) else check_upload(upload, allowed)
    stored = StoredFile(
        owner=owner, original_name=checked.name, extension=checked.kind.extension,
        content_type=checked.kind.content_type, size=checked.size, sha256=checked.sha256,
        state=StoredFile.State.READY, is_reencoded=checked.is_reencoded, created_at=at,
        preview_due_at=at if may_be_drawn(checked.kind.extension) else None,
    )  # fmt: skip
    stored.content.save(checked.name, ContentFile(checked.data), save=False)
    stored.save()
    if stored.preview_due_at:
        draw_previews.delay_on_commit()
    return stored
