"""The public page of an organization: above every app, because it shows what all of them know."""

from urllib.parse import urlsplit

from django.shortcuts import render
from django.views.decorators.http import require_safe

from marketplace.access import get_for_user
from marketplace.accounts.models import Block, Organization
from marketplace.accounts.rules import may_block_organization, role_in
from marketplace.clock import now
from marketplace.replica import from_replica
from projects.models import Reliability
from projects.queries import cards

MOST = 50  # open projects shown


@from_replica
@require_safe
def organization(request, slug):
    """Who they are, what they offer, what students say."""
    found = get_for_user(Organization, request.user, slug=slug)
    newest = found.projects.open().order_by("-opened_at", "-pk").values_list("pk", flat=True)[:MOST]
    context = {
        "organization": found,
        "role": role_in(request.user, found),
        "may_block": may_block_organization(request.user, found),
        "is_blocked": is_blocked(request.reader.student, found),
        "website_host": urlsplit(found.website).hostname or "",
        "reliability": Reliability.objects.filter(organization=found).first() or Reliability(),
        "projects": cards(
            list(newest), student=request.reader.student, at=now(), organizations=request.reader.organizations
        ),
    }
    return render(request, "accounts/organization.html", context)


def is_blocked(student, organization):
    """By this student."""
    return student is not None and student.blocks.filter(organization=organization, side=Block.Side.STUDENT).exists()
