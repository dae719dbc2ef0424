"""Back to where the person came from, and never to another site."""

from urllib.parse import urlsplit, urlunsplit

from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme


def back_to(request, fallback):
    """Redirect to the path in `next`, posted or in the address; to `fallback` (what redirect() takes) for all else."""
    return redirect(path_back(request) or fallback)


def path_back(request):
    """The path in `next`; empty unless it is one of this site."""
    return ours(request, request.POST.get("next") or request.GET.get("next", ""))


def came_from(request):
    """The path of the page of this site that the person was on, as the browser tells; empty where it tells none."""
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure()):
        return ""
    parts = urlsplit(page)
    return ours(request, urlunsplit(("", "", parts.path, parts.query, "")))


def ours(request, target):
    """`target` if it is a path of this site, else empty."""
    is_path = target.startswith("/")  # redirect() would take any other word for the name of a view
    is_ours = is_path and url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return target if is_ours else ""
