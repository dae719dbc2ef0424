"""Running an action for a view: a refusal becomes a message for the person who asked."""

from django.contrib import messages

from marketplace.clock import now
from marketplace.errors import DomainError
from marketplace.files.actions import stored_for
from marketplace.files.kinds import EVIDENCE


def attempt(request, action, **values):
    """(result, None), or (None, the DomainError), which is shown on the next page."""
    try:
        return action(by=request.user, at=now(), **values), None
    except DomainError as error:
        messages.error(request, error.message)
        return None, error


def attempt_with_file(request, form, action, *, kept=None, **values):
    """The same of an action that takes the `file` of a valid form, stored first; `kept` where none was added."""
    upload = form.cleaned_data.get("file")
    try:
        with stored_for([upload] if upload else [], owner=request.user, allowed=EVIDENCE, at=now()) as files:
            return action(by=request.user, at=now(), file=files[0] if files else kept, **values), None
    except DomainError as error:
        messages.error(request, error.message)
        return None, error


def posted(request):
    """A form's data; None on GET. An empty POST is still a POST, so that its errors are shown."""
    return request.POST if request.method == "POST" else None
