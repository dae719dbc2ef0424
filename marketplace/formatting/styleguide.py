"""What the styleguide page shows: a form with every kind of field, and sample values."""

from datetime import timedelta

from django import forms
from django.utils import timezone


class SampleForm(forms.Form):
    title = forms.CharField(label="Project title", max_length=80, help_text="What will exist when the work is done.")
    fee = forms.IntegerField(label="Fee", min_value=200)
    due_on = forms.DateField(label="Due", widget=forms.DateInput(attrs={"type": "date"}))
    approach = forms.CharField(label="Your approach", widget=forms.Textarea(attrs={"rows": 4}))
    about = forms.CharField(label="Anything else", max_length=400, required=False, widget=forms.Textarea)
    level = forms.ChoiceField(
        label="Level",
        widget=forms.RadioSelect,
        choices=[("1", "Not shown"), ("2", "Developing"), ("3", "Meets"), ("4", "Exceeds")],
    )
    remote = forms.MultipleChoiceField(
        label="Where",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("remote", "Remote"), ("place", "On site")],
    )
    zone = forms.ChoiceField(label="Time zone", choices=[("utc", "UTC"), ("paris", "Paris")])
    evidence = forms.FileField(label="File", required=False, help_text="PDF, image or Office file, up to 25 MB.")
    agree = forms.BooleanField(label="I made this myself and may show it")


def context(request):
    now = timezone.now()
    return {
        "form": SampleForm(request.POST or None, request.FILES or None),
        "now": now,
        "soon": now + timedelta(days=3, hours=1),
        "text": 'A report on "churn".\n\n- cleaned data\n- a chart\n\nSee https://example.org/brief.',
        "icons": ICONS,
    }


ICONS = (
    "arrow-left arrow-right award badge-check banknote ban bell bookmark briefcase building-2 calendar check "
    "chevron-down chevron-left chevron-right circle circle-alert circle-check circle-dashed circle-dot "
    "circle-question-mark circle-x clock copy credit-card download ellipsis external-link eye eye-off file "
    "file-text flag folder-open history hourglass house image inbox info link list-checks lock log-out mail "
    "map-pin menu message-square minus moon paperclip pencil plus printer refresh-cw scale search send settings "
    "shield-check sliders-horizontal star sun sun-moon target trash-2 triangle-alert undo-2 upload user users wallet x"
).split()
