"""Files that nothing uses: an upload whose form was refused, or whose process died before the answer."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from marketplace.files.models import StoredFile

UNUSED = timedelta(hours=24)  # far longer than any request takes
LEASE = timedelta(minutes=10)
CONTENTS = ("content", "small", "large")


def discard(stored):
    """Delete a file with its bytes, unless something refers to it. Call it outside any transaction.

    The bytes go first: killed in between, the row is still there and says what is to be deleted.
    """
    if is_used(stored):
        return False
    for name in CONTENTS:
        field = getattr(stored, name)
        if field:
            field.storage.delete(field.name)
    stored.delete()
    return True


def discard_next(*, at):
    """Look at one file whose time to be used is over: discard it, or note that it is used. False when none is due."""
    stored = _take(at)
    if stored is None:
        return False
    if not discard(stored):
        StoredFile.objects.filter(pk=stored.pk).update(unused_due_at=None)
    return True


def release(stored, *, at):
    """Something stopped using the file: a day later somebody looks whether anything else does."""
    StoredFile.objects.filter(pk=stored.pk).update(unused_due_at=at + UNUSED)


@transaction.atomic
def _take(at):
    due = StoredFile.objects.filter(unused_due_at__lte=at).order_by("unused_due_at", "pk")
    stored = due.select_for_update(skip_locked=True, of=("self",)).first()
    if stored is not None:
        StoredFile.objects.filter(pk=stored.pk).update(unused_due_at=at + LEASE)
    return stored


def is_used(stored):
    uses = [Exists(rows) for rows in _uses()]
    return any(StoredFile.objects.filter(pk=stored.pk).values_list(*uses).get()) if uses else False


def _uses():
    """A queryset for each column anywhere that may name a file, those of many-to-many tables included."""
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if relation.auto_created and (relation.one_to_many or relation.one_to_one):
            yield relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})


def users_of(stored):
    """The rows of the models that use this file, whichever app they belong to."""
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if relation.is_relation and relation.auto_created and not relation.related_model._meta.auto_created:
            yield from relation.related_model._base_manager.filter(**{relation.field.name: stored})
