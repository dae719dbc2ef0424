"""What an e-mail says: text first, HTML beside it, one button whose address is also written out."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from marketplace.emails import INLINER
from marketplace.notifications.kinds import GROUPS, group_of
from marketplace.notifications.unsubscribe import unsubscribe_url

SHOWN = 20  # notices in one digest; the others are in the app


def compose(letter, connection=None):
    """The EmailMultiAlternatives of a claiming.Letter."""
    if letter.is_digest:
        name, context, subject = "digest", digest_context(letter), digest_subject(letter.rows)
    else:
        name, context, subject = "email", email_context(letter.rows[0]), letter.rows[0].title
    text = render_to_string(f"notifications/{name}.txt", context)
    html = INLINER.inline(render_to_string(f"notifications/{name}.html", context))
    headers = {"X-Notification": letter.rows[0].code}
    if "unsubscribe_url" in context:  # RFC 8058: one click, no page in between
        headers["List-Unsubscribe"] = f"<{context['unsubscribe_url']}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        " ".join(subject.split()), text, to=[letter.recipient.email], headers=headers, connection=connection
    )
    message.attach_alternative(html, "text/html")
    return message


def email_context(notification):
    context = site_context(notification.recipient) | {
        "notification": notification,
        "paragraphs": [part.strip() for part in notification.body.split("\n\n") if part.strip()],
        "action_url": settings.SITE_URL + notification.url if notification.url else "",
        "due_at": notification.due_at if notification.needs_action else None,
    }
    if not notification.needs_action:
        context["unsubscribe_url"] = stop_url(notification.recipient_id, [group_of(notification.kind)])
    return context


def digest_context(letter):
    groups = list(dict.fromkeys(group_of(row.kind) for row in letter.rows))
    newest = letter.rows[::-1][:SHOWN]
    sections = {}
    for row in newest:
        sections.setdefault(name_of(group_of(row.kind)), []).append(row)
    return site_context(letter.recipient) | {
        "count": len(letter.rows),
        "sections": sections.items(),
        "hidden": len(letter.rows) - len(newest),
        "inbox_url": f"{settings.SITE_URL}/notifications/",
        "unsubscribe_url": stop_url(letter.recipient.pk, groups),
    }


def name_of(group):
    return GROUPS[group].name if group in GROUPS else group.capitalize()


def digest_subject(rows):
    """The newest by name, and how many more: of notices, as a title may count things of its own."""
    more = len(rows) - 1
    return f"{rows[-1].title[:150]}, and {more} more notice{'s' * (more > 1)}" if more else rows[-1].title


def site_context(recipient):
    return {
        "time_zone": recipient.time_zone,
        "preferences_url": settings.SITE_URL + "/notifications/preferences/",
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
    }


def stop_url(user_id, groups):
    return settings.SITE_URL + unsubscribe_url(user_id, groups)
