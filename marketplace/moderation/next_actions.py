"""What waits for a moderator, on Home."""

from django.urls import reverse

from marketplace.activity.next_actions import NextAction
from marketplace.moderation import queries, rules

WORDS = {  # name in queries.numbers(): (one, many)
    "disputes": ("Decide 1 dispute", "Decide {} disputes"),
    "projects": ("Review 1 project", "Review {} projects"),
    "reports": ("Decide on 1 report", "Decide on {} reports"),
    "organizations": ("Verify 1 organization", "Verify {} organizations"),
}


def for_user(user, at):
    if not rules.may_moderate(user):
        return
    numbers, queue = queries.numbers(), reverse("moderation:queue")
    for name, (one, many) in WORDS.items():
        if numbers[name]:
            text = one if numbers[name] == 1 else many.format(numbers[name])
            due_at = queries.next_dispute_due() if name == "disputes" else None
            yield NextAction(text, f"{queue}#{name}", due_at=due_at)
