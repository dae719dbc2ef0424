"""What people are told about accounts and organizations."""

import logging
from smtplib import SMTPException

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.urls import reverse

from marketplace.emails import send_template
from marketplace.errors import Unavailable
from marketplace.notifications.actions import notify

log = logging.getLogger(__name__)


def send_invitation(invitation, token):
    """To an address that may have no account yet, so it is a plain e-mail and not a Notification.

    Raises Unavailable: only the e-mail knows the token, so nothing can send it again but a new invitation.
    """
    context = {
        "invitation": invitation,
        "organization": invitation.organization,
        "action_url": settings.SITE_URL + reverse("accounts:invitation", args=[token]),
    }
    try:
        send_template("accounts/email/invitation", to=invitation.email, context=context)
    except (OSError, SMTPException) as error:
        log.warning("the invitation of %s was not sent: %s", invitation.organization, error)
        raise Unavailable("The e-mail could not be sent. Please invite them again in a minute.") from error


def recovery_code_used(request, user, left):
    """On the next page, and as an e-mail; without a mail service the person still gets in."""
    have = f"{left} of them {'is' if left == 1 else 'are'} left" if left else "It was the last one"
    words = f"You used a recovery code. {have}. Under Sign-in security you make new ones."
    messages.warning(request, words)
    try:
        get_adapter(request).send_notification_mail("mfa/email/recovery_code_used", user, {"have": have})
    except (OSError, SMTPException) as error:
        log.warning("the e-mail about a recovery code was not sent: %s", error)


def member_joined(membership, *, at):
    organization = membership.organization
    owners = [row.user for row in organization.memberships.filter(role="owner").select_related("user")]
    notify(
        [person for person in owners if person.pk != membership.user_id],
        kind="account.member_joined", key=f"member:{membership.pk}", at=at, action="See the members",
        title=f"{membership.user} joined {organization}", url=reverse("accounts:members", args=[organization.slug]),
        body=f"{membership.user} accepted the invitation and is now {membership.role_phrase}.",
        reason=f"You are an owner of {organization}.",
    )  # fmt: skip


def suspended(user, *, at):
    notify(
        [user], kind="account.suspended", key=f"suspended:{at:%Y%m%d%H%M%S}", at=at, needs_action=True,
        title="Your account is suspended", url=reverse("accounts:profile"), action="Open your account",
        body=f"Reason: {user.suspension_reason}\n\nYou can still sign in and read everything, but not act. "
        "If you think that this is a mistake, answer the e-mail about it.",
    )  # fmt: skip


def reinstated(user, *, at):
    notify(
        [user], kind="account.reinstated", key=f"reinstated:{at:%Y%m%d%H%M%S}", at=at,
        title="Your account is active again", url=reverse("home"), action="Go to Home",
        body="A moderator lifted the suspension. Everything works again.",
    )  # fmt: skip


def organization_verified(organization, *, at):
    owners = [row.user for row in organization.memberships.filter(role="owner").select_related("user")]
    notify(
        owners, kind="account.verified", key=f"verified:{organization.pk}", at=at,
        title=f"{organization} is verified", url=reverse("projects:manage"), action="Post a project",
        body="Your projects now carry the verified mark, and clean ones open as soon as you submit them.",
        reason=f"You are an owner of {organization}.",
    )  # fmt: skip
