"""What the front page of the admin says first."""

from django import template
from django.urls import reverse

from marketplace.moderation import queries
from marketplace.moderation.models import Decision

register = template.Library()
LISTS = {  # name in queries.numbers(): (one, many, the part of the staff queue)
    "projects": ("project to review", "projects to review", "#projects"),
    "reports": ("open report", "open reports", "#reports"),
    "disputes": ("open dispute", "open disputes", "#disputes"),
    "organizations": ("organization to verify", "organizations to verify", "#organizations"),
}


@register.simple_tag
def waiting_for_moderators():
    """[(number, words, address)] of what waits, calls to Stripe that need a person included."""
    numbers, page = queries.numbers(), reverse("moderation:queue")
    found = [
        (numbers[name], one if numbers[name] == 1 else many, f"{page}{part}")
        for name, (one, many, part) in LISTS.items()
    ]
    money, address = numbers["money"], reverse("admin:payments_moneyoperation_changelist")
    words = "money operation needs a person" if money == 1 else "money operations need a person"
    return [*found, (money, words, f"{address}?status__in={','.join(queries.STUCK)}")]


@register.simple_tag
def last_decisions(user, number=8):
    rows = Decision.objects.filter(moderator=user).prefetch_related("subject")
    return rows.order_by("-at", "-pk")[:number]
