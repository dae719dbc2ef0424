"""Input about money: checked here, acted on by the actions."""

from django import forms

from engagements.models import Dispute
from marketplace.money import SYMBOLS, format_money, parse_money
from payments.documents.models import BillingDetails

LINES = 6  # more do not fit beside the facts of an invoice


class CancelForm(forms.Form):
    reason = forms.CharField(
        label="Why do you cancel?", max_length=500, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The other side reads this.",
        error_messages={"required": "Say why, in a sentence: the other side reads it."},
    )  # fmt: skip


class OfTheFee(forms.Form):
    """An amount of what of an engagement's fee is open."""

    def __init__(self, *args, engagement, **kwargs):
        super().__init__(*args, **kwargs)
        self.currency, self.most = engagement.currency, engagement.unreleased_amount

    @property
    def currency_sign(self):
        return SYMBOLS.get(self.currency, self.currency.upper())


class PartForm(OfTheFee):
    """A part of the fee to release early, in minor units once cleaned: more than nothing, less than what is open."""

    amount = forms.CharField(
        label="How much of the fee", max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": "Write an amount, such as 120 or 120.50."},
    )  # fmt: skip

    def __init__(self, *args, engagement, **kwargs):
        super().__init__(*args, engagement=engagement, **kwargs)
        most = format_money(self.most, self.currency)
        self.fields["amount"].help_text = f"Less than {most}: all of it is released by approving the delivery."

    def clean_amount(self):
        try:
            amount = parse_money(self.cleaned_data["amount"], self.currency)
        except ValueError:
            amount = 0
        if not 0 < amount < self.most:
            most = format_money(self.most, self.currency)
            raise forms.ValidationError(f"Write an amount above 0 and below {most}, such as 120 or 120.50.")
        return amount


class SplitForm(OfTheFee):
    """One side's proposal: the student's part of the open fee, in minor units once cleaned; 0 and all are possible."""

    student_amount = forms.CharField(
        max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": "Write an amount; 0 means that all of it goes back."},
    )  # fmt: skip
    note = forms.CharField(
        label="Why this is fair", max_length=1_000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The other side reads this, and a moderator if you do not agree.",
    )  # fmt: skip

    def __init__(self, *args, engagement, **kwargs):
        super().__init__(*args, engagement=engagement, **kwargs)
        self.fields["student_amount"].label = f"How much of the fee goes to {engagement.student}"
        self.fields["student_amount"].help_text = f"From 0 to {format_money(self.most, self.currency)}."

    def clean_student_amount(self):
        amount = amount_of(self.cleaned_data["student_amount"], self.currency)
        if amount is None or amount > self.most:
            most = format_money(self.most, self.currency)
            raise forms.ValidationError(f"Write an amount from 0 to {most}, like 120 or 120.50.")
        return amount

    def amount_shown(self):
        """Minor units of what is in the field, or None while it is no possible amount."""
        amount = amount_of(self["student_amount"].value() or "", self.currency)
        return amount if amount is not None and amount <= self.most else None


def amount_of(text, currency):
    """Minor units of what a person typed, or None for what is no amount or below zero."""
    try:
        amount = parse_money(text, currency)
    except ValueError:
        return None
    return amount if amount >= 0 else None


class ResolveForm(forms.Form):
    """A moderator's decision about a dispute: the student's part of the open fee, in minor units once cleaned."""

    outcome = forms.ChoiceField(label="Who gets the held money", choices=[], widget=forms.RadioSelect)
    student_amount = forms.CharField(
        label="The student's part", required=False, max_length=20,
        help_text="For a split only. The service fee follows it in proportion; the rest goes back to the organization.",
    )  # fmt: skip
    reasons = forms.CharField(
        label="Reasons", min_length=20, max_length=4_000, widget=forms.Textarea(attrs={"rows": 8, "cols": 80}),
        help_text="Both sides read them. Name the acceptance criteria and what you looked at.",
        error_messages={
            "required": "Write the reasons: both sides read them.",
            "min_length": "Write the reasons in a sentence or more: both sides read them.",
        },
    )  # fmt: skip

    def __init__(self, *args, outcomes, most, currency, **kwargs):
        """`outcomes`: (value, words) pairs; `most`: what is open of the fee, in minor units of `currency`."""
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = outcomes
        self.most, self.currency = most, currency

    def clean(self):
        cleaned = super().clean()
        outcome, typed = cleaned.get("outcome"), cleaned.get("student_amount", "")
        whole = {Dispute.Outcome.RELEASE: self.most, Dispute.Outcome.REFUND: 0}
        if outcome == Dispute.Outcome.SPLIT:
            cleaned["student_amount"] = self.split_amount(typed)
        elif outcome and typed:
            self.add_error("student_amount", "An amount is for a split only: choose the split, or leave this empty.")
        else:
            cleaned["student_amount"] = whole.get(outcome)
        return cleaned

    def split_amount(self, text):
        most = format_money(self.most, self.currency)
        try:
            amount = parse_money(text, self.currency)
        except ValueError:
            amount = -1
        if not 0 < amount < self.most:
            self.add_error("student_amount", f"Write an amount above 0 and below {most}, such as 120 or 120.50.")
        return amount


class TakeBackForm(forms.Form):
    """A moderator's decision to reverse a part of a payout; the amount is in minor units once cleaned."""

    amount = forms.CharField(label="How much the student gives back", max_length=20)
    refund_employer = forms.ChoiceField(
        label="Where it goes", widget=forms.RadioSelect,
        choices=[
            ("yes", "To the organization, with our service fee for it"),
            ("no", "To us, against what a lost card dispute had cost"),
        ],
    )  # fmt: skip
    reasons = forms.CharField(
        label="Reasons", max_length=4_000, widget=forms.Textarea(attrs={"rows": 8, "cols": 80}),
        help_text="Both sides read them.", error_messages={"required": "Write the reasons: both sides read them."},
    )  # fmt: skip

    taken_before = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, payout, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["taken_before"].initial = payout.reversed_amount
        self.payout = payout
        most = format_money(payout.net_amount, payout.currency)
        self.fields["amount"].help_text = f"At most {most}: what is left of the payout."

    def clean_amount(self):
        most = format_money(self.payout.net_amount, self.payout.currency)
        try:
            amount = parse_money(self.cleaned_data["amount"], self.payout.currency)
        except ValueError:
            amount = 0
        if not 0 < amount <= self.payout.net_amount:
            raise forms.ValidationError(f"Write an amount above 0 and at most {most}, such as 120 or 120.50.")
        return amount

    def clean_refund_employer(self):
        return self.cleaned_data["refund_employer"] == "yes"


class WhyForm(forms.Form):
    """A reason that stays on record."""

    reason = forms.CharField(
        label="Why", max_length=300, widget=forms.Textarea(attrs={"rows": 3, "cols": 80}),
        error_messages={"required": "Say why, in a sentence: it stays on record."},
    )  # fmt: skip


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
