"""One answer in the form that the asker reads: HTML for pages, JSON for programs, or that nothing changed."""

from functools import wraps

from django.http import JsonResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag


def html_or_json(request, template, context, data):
    """`template` with `context`, or `data` for those who ask for JSON; caches keep both."""
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        response = JsonResponse(data)
    else:
        response = render(request, template, context)
    patch_vary_headers(response, ["Accept"])
    return response


def conditional(view):
    """Mark a view of which askers keep the answer: 304 for those who have it, by GET and by HEAD.

    What is sent compressed has a weak ETag and a `Vary`: 304 must have both, for a cache to know what it confirms.
    """

    @wraps(view)
    def answer(request, *arguments, **named):
        response = set_response_etag(view(request, *arguments, **named))
        response["ETag"] = f"W/{response['ETag']}"
        patch_vary_headers(response, ["Accept-Encoding"])
        return get_conditional_response(request, etag=response["ETag"], response=response)

    return answer
