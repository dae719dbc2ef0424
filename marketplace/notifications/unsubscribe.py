"""Signed links that turn groups of e-mails off without signing in (RFC 8058)."""

from django.core import signing
from django.urls import reverse

SALT = "unsubscribe"


def unsubscribe_url(user_id, groups):
    """The path that turns these groups off for this person."""
    token = signing.dumps([user_id, *groups], salt=SALT, compress=False)
    return reverse("notifications:unsubscribe", args=[token])


def read_token(token):
    """(user id, [group]). Raises signing.BadSignature for a token that we did not make."""
    user_id, *groups = signing.loads(token, salt=SALT)
    return user_id, groups
