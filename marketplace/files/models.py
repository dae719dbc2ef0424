"""StoredFile: an upload that was checked before anybody else may see it."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from marketplace.db import CodeField, new_code


def storage_path(stored, filename):
    """A random name: nothing of what the person called the file reaches the storage or a URL."""
    return f"files/{timezone.now():%Y/%m}/{new_code()}{new_code()}{stored.extension}"


class StoredFile(models.Model):
    class State(models.TextChoices):
        UPLOADED = "uploaded", "Uploaded"
        CHECKING = "checking", "Checking"
        READY = "ready", "Ready"
        BLOCKED = "blocked", "Blocked"

    code = CodeField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    original_name = models.CharField(max_length=200)
    extension = models.CharField(max_length=8)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    content = models.FileField(upload_to=storage_path, max_length=200)
    state = models.CharField(max_length=8, choices=State, default=State.UPLOADED)
    is_reencoded = models.BooleanField(default=False)  # an image that we drew ourselves: may be shown inside a page
    problem = models.CharField(max_length=200, blank=True)
    # Pictures for pages, drawn by a worker: due until done, or until a file that kills workers had its tries.
    small = models.FileField(max_length=200, blank=True)
    large = models.FileField(max_length=200, blank=True)
    preview_due_at = models.DateTimeField(null=True, blank=True)
    preview_tries = models.PositiveSmallIntegerField(default=0)
    # While a virus scanner is configured: due until it has answered, however long it is away.
    check_due_at = models.DateTimeField(null=True, blank=True)
    check_tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    # Until then something refers to the file, or it is discarded with its bytes (discarding.py). None: looked at.
    unused_due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["unused_due_at"], condition=models.Q(unused_due_at__isnull=False), name="file_unused_due"
            ),
            models.Index(
                fields=["preview_due_at"], condition=models.Q(preview_due_at__isnull=False), name="file_preview_due"
            ),
            models.Index(
                fields=["check_due_at"], condition=models.Q(check_due_at__isnull=False), name="file_check_due"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="ready") | models.Q(check_due_at=None), name="file_ready_is_checked"
            )
        ]

    def __str__(self):
        return self.original_name

    @property
    def is_ready(self):
        return self.state == self.State.READY

    @property
    def has_preview(self):
        return self.is_ready and bool(self.small)

    @property
    def is_document(self):
        return not self.content_type.startswith("image/")
