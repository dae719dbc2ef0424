"""Running an action for a view: a refusal becomes a message for the person who asked."""

from django.contrib import messages

from marketplace.clock import now
from marketplace.errors import DomainError


def attempt(request, action, **values):
    """(result, None), or (None, the DomainError), which is shown on the next page."""
    try:
        return action(by=request.user, at=now(), **values), None
    except DomainError as error:
        messages.error(request, error.message)
        return None, error


def posted(request):
    """A form's data; None on GET. An empty POST is still a POST, so that its errors are shown."""
    return request.POST if request.method == "POST" else None
