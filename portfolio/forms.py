"""Writing a case. Fields that the permission does not allow are not offered."""

from django import forms

from portfolio.actions import MOST
from portfolio.disclosure import disclosure

LINES = {"rows": 4}


class CaseForm(forms.Form):
    problem = forms.CharField(
        label="The problem", max_length=MOST, required=False, widget=forms.Textarea(attrs=LINES),
        help_text="What was needed, and why.",
    )  # fmt: skip
    my_part = forms.CharField(
        label="My part", max_length=MOST, required=False, widget=forms.Textarea(attrs=LINES),
        help_text="What you did yourself, step by step. Needed before you publish.",
    )  # fmt: skip
    outcome = forms.CharField(
        label="The outcome", max_length=MOST, required=False, widget=forms.Textarea(attrs=LINES),
        help_text="What the organization can do now that it could not do before.",
    )  # fmt: skip
    artefact_url = forms.URLField(
        label="Link to the artefact", max_length=500, required=False, assume_scheme="https",
        help_text="A page that anybody can open. Leave it out if it holds anything confidential.",
    )  # fmt: skip

    def __init__(self, *args, case, **kwargs):
        initial = {name: getattr(case, name) for name in ("problem", "my_part", "outcome", "artefact_url")}
        super().__init__(*args, initial=initial, **kwargs)
        allowed = disclosure(case.engagement.project)
        if not allowed.text:
            for name in ("problem", "my_part", "outcome"):
                del self.fields[name]
        if not allowed.artefact:
            del self.fields["artefact_url"]
