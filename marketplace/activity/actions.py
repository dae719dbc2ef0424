"""Writing the audit trail."""

from django.contrib.contenttypes.models import ContentType

from marketplace.activity.models import Event


def record(verb, *, actor, subject, at, **data):
    """Add one event about `subject`, in the caller's transaction. `data` must be JSON."""
    kind = ContentType.objects.get_for_model(subject)
    return Event.objects.create(actor=actor, verb=verb, subject_type=kind, subject_id=subject.pk, at=at, data=data)
