"""Naming a saved search, and how often to write."""

from django import forms

from projects.models import SavedSearch


class SavedSearchForm(forms.Form):
    name = forms.CharField(
        label="Name", max_length=80, error_messages={"required": "Type a name for this search."}
    )  # fmt: skip
    pace = forms.ChoiceField(
        label="E-mail me about new ones", choices=SavedSearch.Pace, initial=SavedSearch.Pace.DAILY,
        widget=forms.RadioSelect, error_messages={"required": "Choose how often."},
    )  # fmt: skip
