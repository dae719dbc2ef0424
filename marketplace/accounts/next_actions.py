"""What a person should do about the account itself."""

from django.urls import reverse

from marketplace.activity.next_actions import NextAction


def for_user(user, at):
    """Only what cannot wait: a suspension to read about."""
    if user.is_suspended:
        return [NextAction("Read why your account is suspended", reverse("accounts:profile"), urgent=True)]
    return []
