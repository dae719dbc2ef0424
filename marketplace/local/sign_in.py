"""One-click sign-in as a demo person. It refuses to run anywhere but in demo mode on a local copy."""

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from marketplace.local.demo.people import PEOPLE
from marketplace.redirects import back_to

BACKEND = "marketplace.accounts.adapters.AuthenticationBackend"


@require_POST
def sign_in_as(request):
    """Sign in as one of the demo people. 404 outside demo mode and for anybody who is not one of them."""
    if not (settings.LOCAL and settings.DEMO_MODE):
        raise Http404("Only in demo mode.")
    email = request.POST.get("email", "")
    if email not in {person.email for person in PEOPLE}:
        raise Http404("Not a demo person.")
    user = get_object_or_404(get_user_model(), email=email, is_active=True)
    login(request, user, backend=BACKEND)
    return back_to(request, "home")


def demo_people(request):
    """Context processor, installed in demo mode only: who the sign-in page offers."""
    return {"demo_people": PEOPLE}
