"""What the styleguide page shows: a form with every kind of field, and sample values."""

import re
from datetime import timedelta

from django import forms
from django.conf import settings
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
        "icons": _icons(),
    }


def _icons():
    """The names in the sprite."""
    sprite = settings.BASE_DIR / "static" / "img" / "icons.svg"
    return re.findall(r'<symbol id="([^"]+)"', sprite.read_text(encoding="utf-8"))
