"""Input of one engagement: checked here, acted on by the actions."""

from django import forms
from django.conf import settings

from applications.models import Shown
from engagements.actions.offers import MAX_FILES
from marketplace.db import CODE, new_code
from marketplace.files.forms import UploadsField
from marketplace.files.kinds import DELIVERY, MESSAGE
from marketplace.money import SYMBOLS
from projects.forms.base import MoneyField, OneLine
from projects.rate import rate_of_text
from projects.sections import fee_problems

FEW_LINES = {"rows": 3}


class KickoffForm(forms.Form):
    agreed = forms.BooleanField(
        label="I have read the acceptance criteria and the dates, and I am ready to start",
        error_messages={"required": "Tick the box to say that you have read the criteria and the dates."},
    )


class MessageForm(forms.Form):
    """`code` is drawn when the form is shown, so that a double click sends one message."""

    code = forms.CharField(widget=forms.HiddenInput, max_length=16, required=False)
    body = forms.CharField(label="Message", max_length=5_000, required=False, widget=forms.Textarea(attrs=FEW_LINES))
    files = UploadsField(allowed=MESSAGE, most=MAX_FILES, required=False, label="Files")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].initial = new_code()

    def clean_code(self):
        """Empty for whatever we did not draw."""
        return self.cleaned_data["code"] if CODE.fullmatch(self.cleaned_data["code"]) else ""

    def clean(self):
        data = super().clean()
        if not self.errors and not data.get("body") and not data.get("files"):
            self.add_error("body", "Write a message or choose a file.")
        return data


class DeliverForm(forms.Form):
    note = forms.CharField(
        label="What is in this version", max_length=5_000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text="What you made, how to open it, and how it meets the acceptance criteria.",
        error_messages={"required": "Say in a few sentences what is in this version."},
    )  # fmt: skip
    link = forms.URLField(
        label="Link", max_length=500, required=False, assume_scheme="https",
        help_text="To a document, a repository or a folder that the organization can open.",
    )  # fmt: skip
    files = UploadsField(allowed=DELIVERY, most=MAX_FILES, required=False, label="Files")

    def clean(self):
        data = super().clean()
        if "link" not in self.errors and "files" not in self.errors and not data.get("link") and not data.get("files"):
            self.add_error("files", "Add a link or at least one file.")
        return data


class JudgeForm(forms.Form):
    """Each acceptance criterion Met or Not yet; Not yet needs what is missing. `items()` is for request_changes."""

    MET, NOT_YET = "met", "not_yet"
    summary = forms.CharField(
        label="Anything else for the student", max_length=2_000, required=False, widget=forms.Textarea(attrs=FEW_LINES)
    )

    def __init__(self, *args, criteria, **kwargs):
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for number, criterion in enumerate(criteria, start=1):
            self.fields[f"verdict_{criterion.pk}"] = forms.ChoiceField(
                label=criterion.text, choices=[(self.MET, "Met"), (self.NOT_YET, "Not yet")], required=False,
                widget=forms.RadioSelect,
            )  # fmt: skip
            self.fields[f"comment_{criterion.pk}"] = forms.CharField(
                label=f"What is missing for criterion {number}", max_length=500, required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )  # fmt: skip

    def rows(self):
        """(criterion, its verdict field, its comment field) for the template."""
        return [(row, self[f"verdict_{row.pk}"], self[f"comment_{row.pk}"]) for row in self.criteria]

    def items(self):
        return [
            {"criterion": row, "comment": self.cleaned_data[f"comment_{row.pk}"]}
            for row in self.criteria
            if self.cleaned_data.get(f"verdict_{row.pk}") == self.NOT_YET
        ]

    def clean(self):
        data = super().clean()
        missing = False
        for row in self.criteria:
            verdict, comment = data.get(f"verdict_{row.pk}"), data.get(f"comment_{row.pk}")
            missing = missing or verdict == self.NOT_YET
            if verdict == self.NOT_YET and not comment and f"comment_{row.pk}" not in self.errors:
                self.add_error(f"comment_{row.pk}", "Say what is missing.")
            if comment and verdict != self.NOT_YET:
                self.add_error(f"verdict_{row.pk}", "Choose Not yet, or remove the comment.")
        if not missing and not self.errors:
            said = "Mark at least one acceptance criterion as Not yet and say what is missing."
            self.add_error(f"verdict_{self.criteria[0].pk}", said)
        return data


class ChangeOrderForm(forms.Form):
    """More than the criteria say. `rate()` is the effective hourly rate of what was typed, as in the posting form."""

    title = OneLine(
        label="In one line", max_length=120, help_text="What is to be done beyond the acceptance criteria.",
        error_messages={"required": "Say in one line what is to be done."},
    )  # fmt: skip
    description = forms.CharField(
        label="What exactly", max_length=2_000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What the next version has to contain, so that both of you know when it is done.",
        error_messages={"required": "Say what the next version has to contain."},
    )  # fmt: skip
    hours = forms.IntegerField(
        label="Hours of work", min_value=settings.CHANGE_ORDER_HOURS[0], max_value=settings.CHANGE_ORDER_HOURS[1],
        help_text=f"{settings.CHANGE_ORDER_HOURS[0]} to {settings.CHANGE_ORDER_HOURS[1]}, on top of the project.",
        error_messages={"required": "Say how many hours it takes."},
    )  # fmt: skip
    fee = MoneyField(
        label="Fee for the student", currency=settings.CURRENCY, help_text="Fixed, on top. The student gets all of it.",
        error_messages={"required": "Set the fee."},
    )  # fmt: skip
    extra_days = forms.IntegerField(
        label="Days more until the delivery", min_value=settings.CHANGE_ORDER_EXTRA_DAYS[0], initial=0,
        max_value=settings.CHANGE_ORDER_EXTRA_DAYS[1], help_text="0 leaves the due date as it is.",
        error_messages={"required": "Say how many days more, or 0."},
    )  # fmt: skip
    currency_sign = SYMBOLS.get(settings.CURRENCY, settings.CURRENCY.upper())

    def rate(self):
        return rate_of_text(self["hours"].value(), self["fee"].value(), settings.CHANGE_ORDER_HOURS)

    def clean(self):
        data = super().clean()
        if data.get("hours") and data.get("fee"):
            for field, message in fee_problems(data["hours"], data["fee"]):
                self.add_error(field, message)
        return data


class RefuseForm(forms.Form):
    reason = forms.CharField(
        label="Why do you refuse?", max_length=500, widget=forms.Textarea(attrs=FEW_LINES),
        help_text="The organization reads this.",
        error_messages={"required": "Say why, in a sentence: the organization reads it."},
    )  # fmt: skip


class DisputeForm(forms.Form):
    problem = forms.CharField(
        label="What is wrong, and what would you accept?", max_length=4_000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Name the acceptance criteria, versions or messages it is about. The other side reads this.",
        error_messages={"required": "Say what is wrong and what you would accept."},
    )  # fmt: skip


RATINGS = [(5, "5: excellent"), (4, "4: good"), (3, "3: fair"), (2, "2: weak"), (1, "1: poor")]


class ReviewForm(forms.Form):
    """The organization's form also asks for a Shown level for each competency."""

    rating = forms.TypedChoiceField(
        choices=RATINGS, coerce=int, widget=forms.RadioSelect, label="How was the work together?",
        error_messages={"required": "Choose a rating from 1 to 5."},
    )  # fmt: skip
    again = forms.TypedChoiceField(
        choices=[("yes", "Yes"), ("no", "No")], coerce=lambda value: value == "yes", widget=forms.RadioSelect,
        label="Would you work together again?", error_messages={"required": "Choose yes or no."},
    )  # fmt: skip
    text = forms.CharField(
        label="Your review", max_length=2_000, widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Write at least a sentence: it is what people read."},
    )  # fmt: skip

    def __init__(self, *args, competencies=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.competencies = list(competencies)
        for row in self.competencies:
            self.fields[f"level_{row.pk}"] = forms.TypedChoiceField(
                choices=Shown.choices, coerce=int, widget=forms.RadioSelect, label=row.skill.name,
                help_text=f"You asked for {row.get_level_display().lower()}.",
                error_messages={"required": f"Choose what the work has shown of {row.skill.name}."},
            )  # fmt: skip

    def level_fields(self):
        return [self[f"level_{row.pk}"] for row in self.competencies]

    def levels(self):
        return {row.pk: self.cleaned_data[f"level_{row.pk}"] for row in self.competencies}
