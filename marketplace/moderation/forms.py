"""Reporting, and the reason of a decision."""

from django import forms

from marketplace.moderation.models import Report


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label="What is wrong?", choices=Report.Reason.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choose what is wrong."},
    )  # fmt: skip
    details = forms.CharField(
        label="What should a moderator know?", max_length=2_000, required=False,
        widget=forms.Textarea(attrs={"rows": 5}), help_text="Only moderators read this.",
    )  # fmt: skip

    def clean(self):
        is_other = self.cleaned_data.get("reason") == Report.Reason.OTHER
        if is_other and not self.cleaned_data.get("details") and "details" not in self.errors:
            self.add_error("details", "Say what is wrong, in a sentence.")
        return self.cleaned_data


class ReasonForm(forms.Form):
    """For the page between an admin action and its effect."""

    reason = forms.CharField(
        max_length=2_000, widget=forms.Textarea(attrs={"rows": 5, "cols": 80}),
        error_messages={"required": "Give the reason: the other side reads it, and so does the audit log."},
    )  # fmt: skip
