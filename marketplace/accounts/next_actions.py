"""What a person should do about the account itself."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.urls import reverse

from marketplace.activity.next_actions import NextAction


def for_user(user, at):
    """Only what cannot wait: a moderator's account behind a password alone."""
    if user.is_staff and not settings.LOCAL and not is_mfa_enabled(user):
        about = "Whoever has your password could moderate in your name."
        return [NextAction("Protect your account with a passkey or a code", reverse("mfa_index"), None, about, True)]
    return []
