"""Starting, reopening and cancelling."""

from django import forms

from marketplace.accounts.models import Organization
from marketplace.accounts.rules import POSTERS
from projects.forms.base import OneLine
from projects.forms.pay import ScheduleFields, day_of, proposed_schedule
from projects.starters import BY_SLUG, STARTERS


class NewProjectForm(forms.Form):
    """A working title, a starting point, and for which organization when there are several."""

    organization = forms.ModelChoiceField(
        Organization.objects.none(), empty_label=None, error_messages={"required": "Choose the organization."}
    )
    title = OneLine(
        label="Working title", max_length=100, help_text="You can change it until you submit.",
        error_messages={"required": "Give the project a title."},
    )  # fmt: skip

    starter = forms.ChoiceField(
        label="Start from", required=False, widget=forms.RadioSelect,
        choices=[("", "A blank page"), *((starter.slug, starter.label) for starter in STARTERS)],
        help_text="Words to edit: what is in [brackets] is for you to fill.",
    )  # fmt: skip

    def clean_starter(self):
        return BY_SLUG.get(self.cleaned_data["starter"])

    def __init__(self, data=None, *, user):
        super().__init__(data, initial={"starter": ""})
        mine = Organization.objects.filter(memberships__user=user, memberships__role__in=POSTERS, suspended_at=None)
        self.fields["organization"].queryset = mine.order_by("name")
        self.organizations = list(mine.order_by("name"))
        if len(self.organizations) == 1:
            self.fields["organization"].widget = forms.HiddenInput()
            self.initial["organization"] = self.organizations[0].pk


class ReopenForm(ScheduleFields):
    """New dates; the rest of the project stays as it was."""

    def __init__(self, data=None, *, at, zone, promised=None):
        """`promised`: the decision date of who waits for an answer, which stays."""
        dates = proposed_schedule(at)
        if promised is not None:
            dates["decisions_due_on"] = min(dates["decisions_due_on"], day_of(promised))
            dates["applications_close_on"] = min(dates["applications_close_on"], day_of(promised))
        super().__init__(data, initial=dates)
        self.at, self.zone = at, zone

    def clean(self):
        self.check_schedule()
        return self.cleaned_data


class CancelForm(forms.Form):
    reason = forms.CharField(
        max_length=500, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Kept in the project's history. Applicants are told that the project was cancelled.",
        error_messages={"required": "Say why, in a sentence."},
    )  # fmt: skip

    def __init__(self, data=None, *, is_draft):
        super().__init__(data)
        if is_draft:
            del self.fields["reason"]
