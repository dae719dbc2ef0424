"""One answer in the form that the asker reads: HTML for pages, JSON for programs."""

from django.http import JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def html_or_json(request, template, context, data):
    """`template` with `context`, or `data` for those who ask for JSON; caches keep both."""
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        response = JsonResponse(data)
    else:
        response = render(request, template, context)
    patch_vary_headers(response, ["Accept"])
    return response
