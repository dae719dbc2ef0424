"""The public page of an organization: above every app, because it shows what all of them know."""

from urllib.parse import urlsplit

from django.shortcuts import render

from engagements.models import Review
from marketplace.access import get_for_user
from marketplace.accounts.models import Organization
from marketplace.accounts.rules import role_in

REVIEWS = 20


def organization(request, slug):
    """Who they are, what they offer, what students say."""
    found = get_for_user(Organization, request.user, slug=slug)
    reviews = Review.objects.filter(
        engagement__organization=found, side=Review.Side.STUDENT, published_at__isnull=False
    ).select_related("engagement__project")
    context = {
        "organization": found,
        "role": role_in(request.user, found),
        "website_host": urlsplit(found.website).hostname or "",
        "projects": found.projects.open().order_by("-opened_at", "-pk")[:50],
        "reviews": reviews.order_by("-published_at", "-pk")[:REVIEWS],
    }
    return render(request, "accounts/organization.html", context)
