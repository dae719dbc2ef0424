"""A student's own list of projects to come back to."""

from projects.models import SavedProject


def save_for_later(*, project, student, at):
    """Put it on the list. Saving twice keeps the first date."""
    saved, _ = SavedProject.objects.get_or_create(student=student, project=project, defaults={"saved_at": at})
    return saved


def unsave(*, project, student):
    """Take it off the list, if it is there."""
    SavedProject.objects.filter(student=student, project=project).delete()
