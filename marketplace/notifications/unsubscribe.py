"""Signed links that turn one group of e-mails off without signing in (RFC 8058)."""

from django.core import signing
from django.urls import reverse

SALT = "unsubscribe"


def unsubscribe_url(notification):
    """The path that turns this notification's group off for its recipient."""
    token = signing.dumps([notification.recipient_id, notification.kind.split(".")[0]], salt=SALT, compress=False)
    return reverse("notifications:unsubscribe", args=[token])


def read_token(token):
    """(user id, group). Raises signing.BadSignature for a token that we did not make."""
    user_id, group = signing.loads(token, salt=SALT)
    return user_id, group
