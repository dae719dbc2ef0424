"""The public page of an organization: above every app, because it shows what all of them know."""

from urllib.parse import urlsplit

from django.shortcuts import render

from marketplace.access import get_for_user
from marketplace.accounts.models import Organization
from marketplace.accounts.rules import role_in


def organization(request, slug):
    """Who they are, what they offer, what students say."""
    found = get_for_user(Organization, request.user, slug=slug)
    context = {
        "organization": found,
        "role": role_in(request.user, found),
        "website_host": urlsplit(found.website).hostname or "",
        "projects": found.projects.open().order_by("-opened_at", "-pk")[:50],
    }
    return render(request, "accounts/organization.html", context)
