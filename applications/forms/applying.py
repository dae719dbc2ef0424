"""The other parts of an application."""

from django import forms

from applications.forms.evidence import TOO_LONG, checked_words
from applications.wording import MAX_WORDS


class ApproachForm(forms.Form):
    approach = forms.CharField(
        max_length=1_500, label="How would you begin?", widget=forms.Textarea(attrs={"rows": 7}),
        help_text=f"Up to {MAX_WORDS} words: your first steps, and what you would ask. Do no work for it: "
        "unpaid test work is not allowed here.",
        error_messages={"required": "Say in a few sentences how you would begin.", "max_length": TOO_LONG},
    )  # fmt: skip

    def clean_approach(self):
        what = "Say in a few sentences how you would begin."
        return checked_words(self.cleaned_data["approach"], field="approach", what=what)


class AvailabilityForm(forms.Form):
    is_available = forms.TypedChoiceField(
        choices=[("yes", "Yes, I can do it by then"), ("no", "No, not in that time")], widget=forms.RadioSelect,
        coerce=lambda value: value == "yes", label="Can you do the work in that time?",
        error_messages={"required": "Say whether you can do the work in that time."},
    )  # fmt: skip
    note = forms.CharField(
        max_length=300, required=False, label="Anything the organization should know about your time",
        widget=forms.Textarea(attrs={"rows": 3}), help_text="For example exams, or days without a connection.",
        error_messages={"max_length": TOO_LONG},
    )  # fmt: skip
