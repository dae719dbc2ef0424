"""E-mail that stays here: every message becomes a row that `/dev/outbox/` shows.

A row, not a file or a list in memory, because worker, web and tests are different processes. It is written on the
connection of whoever sends, so a transaction that is rolled back has sent nothing.
"""

from email.mime.base import MIMEBase

from django.core.mail.backends.base import BaseEmailBackend

from marketplace.local.models import OutboxMessage


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages):
        rows = [as_row(message) for message in email_messages if message.recipients()]
        OutboxMessage.objects.bulk_create(rows)
        return len(rows)


def as_row(message):
    is_html = message.content_subtype == "html"
    pages = [content for content, kind in getattr(message, "alternatives", []) if kind == "text/html"]
    return OutboxMessage(
        sender=message.from_email,
        recipients=", ".join(message.recipients()),
        subject=message.subject,
        text="" if is_html else message.body,
        html=message.body if is_html else "".join(pages[:1]),
        headers={name: str(value) for name, value in message.extra_headers.items()},
        attachments=[name_of(attachment) for attachment in message.attachments],
    )


def name_of(attachment):
    name = attachment.get_filename() if isinstance(attachment, MIMEBase) else attachment[0]
    return name or "unnamed"
