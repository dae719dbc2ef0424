"""Input about money: checked here, acted on by the actions."""

from django import forms


class CancelForm(forms.Form):
    reason = forms.CharField(
        label="Why do you cancel?", max_length=500, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The other side reads this.",
        error_messages={"required": "Say why, in a sentence: the other side reads it."},
    )  # fmt: skip


class ResolveForm(forms.Form):
    """A moderator's decision about a dispute."""

    outcome = forms.ChoiceField(label="Who gets the held money", choices=[], widget=forms.RadioSelect)
    reasons = forms.CharField(
        label="Reasons", max_length=4_000, widget=forms.Textarea(attrs={"rows": 8, "cols": 80}),
        help_text="Both sides read them. Name the acceptance criteria and what you looked at.",
        error_messages={"required": "Write the reasons: both sides read them."},
    )  # fmt: skip

    def __init__(self, *args, outcomes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = outcomes
