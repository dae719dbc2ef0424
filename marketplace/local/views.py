"""The mail viewer: what people would have received, readable without signing in. Local only."""

from functools import wraps

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from marketplace.local.models import OutboxMessage

PER_PAGE = 25
# Links open in the whole window, after a click; scripts and forms of a message never run.
SANDBOX = ["allow-top-navigation-by-user-activation", "allow-popups", "allow-popups-to-escape-sandbox"]
MESSAGE_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],  # e-mail carries its styles inline
    "img-src": [SELF, "data:"],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": SANDBOX,
}


def local_only(view):
    """The routes exist only where LOCAL is true; a second lock, because everybody's mail lies behind it."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not settings.LOCAL:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@local_only
def outbox(request):
    address = request.GET.get("to", "").strip()
    found = OutboxMessage.objects.order_by("-pk").defer("html", "text")
    if address:
        found = found.sent_to(address)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "local/outbox.html", {"page": page, "address": address})


@csp_update({"frame-src": [SELF]})
@require_safe
@local_only
def message(request, pk):
    found = get_object_or_404(OutboxMessage, pk=pk)
    return render(request, "local/message.html", {"message": found, "sandbox": " ".join(SANDBOX)})


@csp(MESSAGE_POLICY)  # instead of the site's policy, which knows more sources
@xframe_options_sameorigin
@require_safe
@local_only
def message_html(request, pk):
    """The HTML part alone, for the frame. `base target` makes its links leave the frame."""
    found = get_object_or_404(OutboxMessage.objects.exclude(html=""), pk=pk)
    return HttpResponse('<base target="_top">' + found.html)
