"""Input about money: checked here, acted on by the actions."""

from django import forms

from payments.documents.models import BillingDetails

LINES = 6  # more do not fit beside the facts of an invoice


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


class BillingForm(forms.ModelForm):
    """What an organization wants on its invoices."""

    class Meta:
        model = BillingDetails
        fields = ["legal_name", "address", "tax_id", "email"]
        help_texts = {
            "legal_name": "As your bookkeeping knows you.",
            "address": f"As it is printed, up to {LINES} lines.",
            "tax_id": "For example an EIN or a VAT number. Printed as you write it.",
            "email": "Printed on the invoice, for whoever files it. Nothing is sent there.",
        }
        widgets = {"address": forms.Textarea(attrs={"rows": 4, "autocomplete": "street-address"})}

    def clean_address(self):
        lines = [line.strip() for line in self.cleaned_data["address"].splitlines() if line.strip()]
        if len(lines) > LINES:
            raise forms.ValidationError(f"Use at most {LINES} lines.")
        return "\n".join(lines)
