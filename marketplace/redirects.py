"""Back to where the person came from, and never to another site."""

from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme


def back_to(request, fallback):
    """Redirect to the path in `next`, posted or in the address; to `fallback` (what redirect() takes) for all else."""
    return redirect(path_back(request) or fallback)


def path_back(request):
    """The path in `next`; empty unless it is one of this site."""
    target = request.POST.get("next") or request.GET.get("next", "")
    is_path = target.startswith("/")  # redirect() would take any other word for the name of a view
    ours = is_path and url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return target if ours else ""
