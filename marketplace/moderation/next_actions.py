"""What waits for a moderator, on Home."""

from django.urls import reverse

from marketplace.activity.next_actions import NextAction
from marketplace.moderation import queries, rules


def for_user(user, at):
    if not rules.may_moderate(user):
        return
    projects, reports = queries.numbers()
    if projects:
        yield NextAction(f"Review {projects} project{'s' * (projects > 1)}", f"{reverse('moderation:queue')}#projects")
    if reports:
        yield NextAction(f"Decide on {reports} report{'s' * (reports > 1)}", f"{reverse('moderation:queue')}#reports")
