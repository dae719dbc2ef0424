"""The upload field: an invalid file is an error of its field, before anything is stored."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from marketplace.errors import DomainError
from marketplace.files.checking import check_upload
from marketplace.files.kinds import EVIDENCE


class UploadField(forms.FileField):
    """One file. Cleans to a Checked file for `store_upload`, or to None."""

    widget = forms.FileInput

    def __init__(self, *, allowed=EVIDENCE, **options):
        self.allowed = allowed
        megabytes = settings.FILE_MAX_BYTES // 1024 // 1024
        options.setdefault("help_text", f"{allowed.in_words}. Up to {megabytes} MB.")
        super().__init__(allow_empty_file=True, **options)  # our own check says which file is empty

    def widget_attrs(self, widget):
        return super().widget_attrs(widget) | {"accept": self.allowed.accept}

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        return checked_or_error(upload, self.allowed) if upload else None


class FileInput(forms.FileInput):  # the name decides how the field is drawn
    allow_multiple_selected = True


class UploadsField(UploadField):
    """Several files at once, at most `most`. Cleans to a list of Checked files."""

    widget = FileInput

    def __init__(self, *, most=5, **options):
        self.most = most
        super().__init__(**options)

    def clean(self, data, initial=None):
        uploads = [upload for upload in data or [] if upload]
        if not uploads:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return []
        if len(uploads) > self.most:
            raise ValidationError(f"Choose at most {self.most} files at a time; you chose {len(uploads)}.")
        return [checked_or_error(upload, self.allowed) for upload in uploads]


def checked_or_error(upload, allowed):
    try:
        return check_upload(upload, allowed)
    except DomainError as error:
        raise ValidationError(error.message, code=error.code) from None
