"""Scores and decisions."""

from django import forms
from django.utils.html import format_html

from applications.actions.assessing import LONGEST_NOTE
from applications.actions.deciding import CHOOSABLE
from projects.rubric import anchors

FEEDBACK_HELP = "It goes to the applicant with the reason and the levels. You need not write anything."


def level_choices(anchored):
    """Of [(value, word, what it looks like)]."""
    return [
        (value, format_html('<span><strong>{}</strong> <span class="hint">{}</span></span>', word, text))
        for value, word, text in anchored
    ]


class ScoreForm(forms.Form):
    """The four levels in observable words, for the level that this competency asks for."""

    level = forms.TypedChoiceField(
        coerce=int, widget=forms.RadioSelect, label="What does this evidence show?",
        error_messages={"required": "Choose one of the four levels."},
    )  # fmt: skip
    justification = forms.CharField(
        max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 2}), label="What in the evidence decided it?",
        help_text="One line. Your colleagues read it; the applicant does not.",
        error_messages={"required": "Say in one line what in the evidence decided it."},
    )  # fmt: skip

    def __init__(self, *args, competency, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = level_choices(anchors(competency))


class CalibrationForm(forms.Form):
    level = forms.TypedChoiceField(
        coerce=int, widget=forms.RadioSelect, label="What does this evidence show?",
        error_messages={"required": "Choose one of the four levels."},
    )  # fmt: skip

    def __init__(self, *args, example, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = level_choices(example.anchors)


class AgreeForm(forms.Form):
    """One level between the scores that were given, and why."""

    level = forms.TypedChoiceField(
        coerce=int, widget=forms.RadioSelect, label="Which level do you agree on?",
        error_messages={"required": "Choose the level that you agree on."},
    )  # fmt: skip
    reason = forms.CharField(
        max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 2}), label="What decided it?",
        help_text="One line for your colleagues and the log. The applicant reads the level only.",
        error_messages={"required": "Say in one line what in the evidence decided it."},
    )  # fmt: skip

    def __init__(self, *args, competency, lowest, highest, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = level_choices(anchors(competency))[lowest : highest + 1]


class DeclineForm(forms.Form):
    reason = forms.ChoiceField(
        choices=[(reason.value, reason.label) for reason in CHOOSABLE], widget=forms.RadioSelect, label="Reason",
        error_messages={"required": "Choose a reason."},
    )  # fmt: skip
    feedback = forms.CharField(
        max_length=1_000, required=False, label="A note to the applicant", widget=forms.Textarea(attrs={"rows": 4}),
        help_text=FEEDBACK_HELP,
    )  # fmt: skip


class OfferForm(forms.Form):
    note = forms.CharField(
        max_length=1_000, required=False, label="A note to go with the offer",
        widget=forms.Textarea(attrs={"rows": 4}), help_text="What impressed you, and what comes first.",
    )  # fmt: skip
