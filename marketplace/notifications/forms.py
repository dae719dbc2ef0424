"""When a person wants which e-mails."""

from django import forms

from marketplace.notifications.kinds import GROUPS
from marketplace.notifications.models import Pace
from marketplace.notifications.rhythm import DEFAULTS

HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]
QUIET_FIELDS = ("quiet_from", "quiet_until")
HOUR_FIELDS = ("digest_hour", *QUIET_FIELDS)


def hour_field(label, *, none=None, **values):
    choices = ([("", none)] if none else []) + HOURS
    return forms.TypedChoiceField(
        label=label, choices=choices, coerce=int, empty_value=None, required=none is None, show_hidden_initial=True,
        **values,
    )  # fmt: skip


class PreferencesForm(forms.Form):
    """One choice for each of `groups` (slugs of kinds.py), and the hours.

    The page sends along what it showed, so that what was changed in another tab meanwhile is left alone.
    """

    digest_hour = hour_field("Daily and weekly e-mails arrive at", help_text="Weekly ones on Mondays.")
    quiet_from = hour_field("Quiet from", none="No quiet hours")
    quiet_until = hour_field("Quiet until", none="No quiet hours")

    def __init__(self, *args, groups, preferences, **kwargs):
        row = preferences or DEFAULTS
        initial = {name: getattr(row, name) for name in HOUR_FIELDS} | {slug: row.pace_of(slug) for slug in groups}
        super().__init__(*args, initial=initial, **kwargs)
        self.groups = groups
        for slug in groups:
            self.fields[slug] = forms.ChoiceField(
                label=GROUPS[slug].name, choices=Pace.choices, help_text=GROUPS[slug].hint, show_hidden_initial=True
            )

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if not self.has_error("quiet_from") and not self.has_error("quiet_until"):
            if (start is None) != (end is None):
                missing = "quiet_from" if start is None else "quiet_until"
                self.add_error(missing, "Choose both hours, or neither.")
            elif start is not None and start == end:
                self.add_error("quiet_until", "Choose another hour than the one in which they begin.")
        return cleaned

    @property
    def group_fields(self):
        return [self[slug] for slug in self.groups]

    @property
    def choices(self):
        """What differs from what the page showed, as `preferences.choose` takes it; quiet hours go together."""
        changed = set(self.changed_data)
        if not changed.isdisjoint(QUIET_FIELDS):
            changed.update(QUIET_FIELDS)
        paces = {slug: self.cleaned_data[slug] for slug in self.groups if slug in changed}
        return {"paces": paces} | {name: self.cleaned_data[name] for name in HOUR_FIELDS if name in changed}
