"""What the forms of the posting task list share."""

from datetime import date

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from marketplace.money import parse_money


class SectionForm(forms.Form):
    """One part of a project. `complete=False` saves what there is: nothing is required then, limits still hold.

    `values()` is what `save_section` takes; `initial_of(project, zone, at)` what the empty form shows. A button "fill"
    saves nothing: `filled(value)` is what was typed with something put in, which the next form shows as `typed`.
    """

    def __init__(self, data=None, *, project, at, zone="UTC", complete=True, typed=None):
        super().__init__(data, initial=typed or self.initial_of(project, at))
        self.project, self.at, self.zone, self.complete = project, at, zone, complete
        if not complete:
            for field in self.fields.values():
                field.required = False

    def initial_of(self, project, at):
        raise NotImplementedError

    def values(self):
        raise NotImplementedError

    def filled(self, wanted):
        return self.data.dict()


class OneLine(forms.CharField):
    """One sentence or two: inner line breaks and runs of spaces become one space."""

    def to_python(self, value):
        return " ".join((super().to_python(value) or "").split())


def growing():
    """The widget of a OneLine that may be long: as high as what is in it."""
    return forms.Textarea(attrs={"rows": 2, "class": "growing"})


class MoneyField(forms.CharField):
    """An amount as people type it ("$480", "1,200.50"); cleans to minor units of `currency`, or None."""

    def __init__(self, *, currency, **kwargs):
        self.currency = currency
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            amount = parse_money(text, self.currency)
        except ValueError:
            message = "Write an amount with a point before the cents, like 480 or 480.50."
            raise forms.ValidationError(message, code="invalid") from None
        if amount <= 0:
            raise forms.ValidationError("Write an amount above zero.", code="invalid")
        return amount


class DayField(forms.DateField):
    """A date in the browser's own picker; typed dates must be YYYY-MM-DD, of this century."""

    default_validators = [
        MinValueValidator(date(2000, 1, 1), "Write a year from 2000 on."),
        MaxValueValidator(date(2099, 12, 31), "Write a year up to 2099."),
    ]

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "short"}))
        kwargs.setdefault("input_formats", ["%Y-%m-%d"])
        super().__init__(**kwargs)
        self.error_messages |= {"invalid": "Write the date as YYYY-MM-DD."}
