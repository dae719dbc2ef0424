"""Pay and time: the fee against the floor, and the three dates in their order."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.utils import timezone

from marketplace.clock import end_of_day
from marketplace.money import SYMBOLS, format_money
from projects.forms.base import DayField, MoneyField, OneLine, SectionForm
from projects.rate import rate_in_words, rate_of_text
from projects.sections import fee_problems, schedule_problems

HOURS = settings.PROJECT_HOURS
PLACES = settings.PROJECT_PLACES
OPEN_DAYS, WORK_DAYS = 10, 21  # what the empty form proposes
WHERE = [("remote", "Remote"), ("onsite", "On site")]


class ScheduleFields(forms.Form):
    """Application deadline, decision date, due date: days in the reader's zone, each ending at 23:59."""

    applications_close_on = DayField(
        label="Application deadline", error_messages={"required": "Set the application deadline."}
    )
    decisions_due_on = DayField(
        label="Decision date", error_messages={"required": "Set the decision date."},
    )  # fmt: skip
    work_due_on = DayField(label="Work due", error_messages={"required": "Set the date the work is due."})

    def schedule(self):
        """{applications_close_at, decisions_due_at, work_due_on} of what was typed; None where it was not."""
        data = self.cleaned_data
        close, decide = data.get("applications_close_on"), data.get("decisions_due_on")
        return {
            "applications_close_at": end_of_day(close, self.zone) if close else None,
            "decisions_due_at": end_of_day(decide, self.zone) if decide else None,
            "work_due_on": data.get("work_due_on"),
        }

    def check_schedule(self):
        """Errors for dates out of range; a missing or malformed one has its own error already."""
        for field, message in schedule_problems(*self.schedule().values(), self.at):
            if self.cleaned_data.get(field):
                self.add_error(field, message)


def proposed_schedule(at):
    """Dates that fit the rules, for a form nobody has filled yet."""
    close = timezone.localtime(at).date() + timedelta(days=OPEN_DAYS)
    decide = close + timedelta(days=settings.DECISION_DAYS)
    return {
        "applications_close_on": close,
        "decisions_due_on": decide,
        "work_due_on": decide + timedelta(days=WORK_DAYS),
    }


def day_of(moment):
    return timezone.localtime(moment).date() if moment else None


def as_typed(amount):
    """Minor units as a person would type them: "480", "480.50"."""
    return "".join(sign for sign in format_money(amount, settings.CURRENCY) if sign.isdigit() or sign == ".")


class PayForm(ScheduleFields, SectionForm):
    hours = forms.IntegerField(
        label="Hours of work", min_value=HOURS[0], max_value=HOURS[1],
        help_text=f"{HOURS[0]} to {HOURS[1]}. Estimate for somebody who is learning.",
        error_messages={
            "required": "Say how many hours the work takes.",
            "min_value": f"A project takes at least {HOURS[0]} hours.",
            "max_value": f"A project takes at most {HOURS[1]} hours. Split a bigger one.",
        },
    )  # fmt: skip
    fee = MoneyField(
        label="Fee for the student", currency=settings.CURRENCY, error_messages={"required": "Set the fee."},
        help_text="Fixed, for the whole project. The student gets all of it.",
    )  # fmt: skip
    places = forms.IntegerField(
        min_value=PLACES[0], max_value=PLACES[1], help_text="How many students each do the whole project.",
        error_messages={
            "min_value": "A project has at least one place.", "max_value": f"A project has at most {PLACES[1]} places.",
            "required": "Say how many places there are.",
        },
    )  # fmt: skip
    where = forms.ChoiceField(choices=WHERE, widget=forms.RadioSelect)
    place = OneLine(max_length=120, required=False, help_text="City and street, if the work is done on site.")

    field_order = ["hours", "fee", "places", "where", "place"]

    def initial_of(self, project, at):
        dates = {
            "applications_close_on": day_of(project.applications_close_at),
            "decisions_due_on": day_of(project.decisions_due_at),
            "work_due_on": project.work_due_on,
        }
        fee = project.fee_amount
        return {
            "hours": project.hours, "places": project.places, "place": project.place,
            "fee": "" if fee is None else as_typed(fee),
            "where": "remote" if project.is_remote else "onsite",
        } | (dates if any(dates.values()) else proposed_schedule(at))  # fmt: skip

    @property
    def currency_sign(self):
        return SYMBOLS.get(settings.CURRENCY, settings.CURRENCY.upper())

    def rate(self):
        """The effective hourly rate of what the form shows: typed or saved."""
        if not self.is_bound:
            return rate_in_words(self.project.hours, self.project.fee_amount)
        return rate_of_text(self["hours"].value(), self["fee"].value())

    def clean(self):
        data = self.cleaned_data
        if data.get("hours") and data.get("fee"):
            for field, message in fee_problems(data["hours"], data["fee"]):
                self.add_error(field, message)
        if self.complete and data.get("where") == "onsite" and not data.get("place") and "place" not in self.errors:
            self.add_error("place", "Say where the work is done.")
        self.check_schedule()
        return data

    def values(self):
        data = self.cleaned_data
        return {
            "hours": data["hours"], "fee_amount": data["fee"], "places": data["places"] or 1,
            "is_remote": data["where"] != "onsite", "place": data["place"],
        } | self.schedule()  # fmt: skip
