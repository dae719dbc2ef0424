"""Reading the audit trail."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from marketplace.activity.models import Event


def events_of(*subjects):
    """The events about any of `subjects` (saved model instances), oldest first, actors joined."""
    about = Q(pk__in=[])
    for subject in subjects:
        kind = ContentType.objects.get_for_model(subject)
        about |= Q(subject_type=kind, subject_id=subject.pk)
    return Event.objects.filter(about).select_related("actor").order_by("at", "pk")
