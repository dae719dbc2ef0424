from django.db import models


class OutboxMessageQuerySet(models.QuerySet):
    def sent_to(self, address):
        return self.filter(recipients__icontains=address)


class OutboxMessage(models.Model):
    """An e-mail as it would have left this machine. The mail viewer shows it; nothing is ever delivered."""

    sent_at = models.DateTimeField(auto_now_add=True)
    sender = models.TextField()
    recipients = models.TextField(help_text="Every address it goes to, separated by commas.")
    subject = models.TextField(blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    attachments = models.JSONField(default=list, help_text="File names.")

    objects = OutboxMessageQuerySet.as_manager()

    def __str__(self):
        return f"{self.subject} ({self.recipients})"
