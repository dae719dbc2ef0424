"""Template filters: money, moments, states."""

from datetime import UTC, datetime

from django import template

from ..amounts import money as in_words

register = template.Library()

TONES = {
    "good": "succeeded paid complete active delivered available won".split(),
    "bad": "failed declined rejected restricted lost given_up canceled closed needs_response expired".split(),
    "wait": "pending processing open requires_action under_review in_transit unpaid".split(),
}
ICONS = {"good": "✓", "bad": "!", "wait": "…", "plain": "•"}


@register.filter
def money(amount, currency="usd"):
    return in_words(amount or 0, currency)


@register.filter
def moment(seconds):
    return f"{datetime.fromtimestamp(seconds, UTC):%d %b %Y, %H:%M} UTC" if seconds else "—"


@register.filter
def day(seconds):
    return f"{datetime.fromtimestamp(seconds, UTC):%d %b %Y}" if seconds else "—"


@register.filter
def words(name):
    return str(name or "none").replace("_", " ")


@register.filter
def tone(state):
    return next((tone for tone, states in TONES.items() if str(state) in states), "plain")


@register.filter
def icon(state):
    return ICONS[tone(state)]
