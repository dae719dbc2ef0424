"""What a student wants to come back to, and what they do not want to see again."""

from projects.models import HiddenProject, SavedProject


def save_for_later(*, project, student, at):
    """Put it on the list. Saving twice keeps the first date."""
    saved, _ = SavedProject.objects.get_or_create(student=student, project=project, defaults={"saved_at": at})
    return saved


def unsave(*, project, student):
    """Take it off the list, if it is there."""
    SavedProject.objects.filter(student=student, project=project).delete()


def hide(*, project, student, at):
    """Not interested. Hiding twice keeps the first date; what was saved is no longer."""
    unsave(project=project, student=student)
    hidden, _ = HiddenProject.objects.get_or_create(student=student, project=project, defaults={"hidden_at": at})
    return hidden


def unhide(*, project, student):
    """Suggest it again, if it was hidden."""
    HiddenProject.objects.filter(student=student, project=project).delete()
