"""The other parts of an application."""

from django import forms

from applications.forms.evidence import TOO_LONG, checked_words
from applications.wording import MAX_WORDS


class PlanForm(forms.Form):
    approach = forms.CharField(
        max_length=1_500, label="How would you begin?", widget=forms.Textarea(attrs={"rows": 7}),
        help_text=f"Up to {MAX_WORDS} words: your first steps, and what you would ask. Do no work for it: "
        "unpaid test work is not allowed here.",
        error_messages={"required": "Say in a few sentences how you would begin.", "max_length": TOO_LONG},
    )  # fmt: skip
    is_available = forms.TypedChoiceField(
        choices=[("yes", "Yes, I can do it by then"), ("no", "No, not in that time")], widget=forms.RadioSelect,
        coerce=lambda value: value == "yes", label="Can you do the work in that time?",
        error_messages={"required": "Say whether you can do the work in that time."},
    )  # fmt: skip
    note = forms.CharField(
        max_length=300, required=False, label="Anything the organization should know about your time",
        widget=forms.Textarea(attrs={"rows": 3}), help_text="For example exams, or days without a connection.",
        error_messages={"max_length": TOO_LONG},
    )  # fmt: skip

    def clean_approach(self):
        what = "Say in a few sentences how you would begin."
        return checked_words(self.cleaned_data["approach"], field="approach", what=what)


LATER = "later"
OFFERED = 3  # pieces of evidence to choose from for each competency; all of them are on the competency's own page


class ChooseForm(forms.Form):
    """Evidence of the library for every competency at once; what is chosen later has a page of its own.

    `rows`: [(Competency, the library by fit)]; `given`: {competency id: the evidence that answers it}.
    """

    def __init__(self, *args, rows, given, **kwargs):
        super().__init__(*args, **kwargs)
        self.offered = {}
        for number, (competency, library) in enumerate(rows, 1):
            answer = given.get(competency.pk)
            offered = [row for row in library if row.fits][:OFFERED]
            offered += [row for row in library if answer and row.pk == answer.pk and row not in offered]
            self.offered[competency] = {row.code: row for row in offered}
            best = answer or next((row for row in offered if not row.problem), None)
            self.fields[f"evidence_{number}"] = forms.ChoiceField(
                choices=[*((row.code, row.title) for row in offered), (LATER, "Something else")],
                widget=forms.RadioSelect, label=f"Evidence of {competency.skill}",
                initial=best.code if best else LATER,
                error_messages={
                    "required": f"Choose your evidence of {competency.skill}, or something else.",
                    "invalid_choice": f"That evidence of {competency.skill} is not in your library any more. "
                    "Choose another.",
                },
            )  # fmt: skip

    def questions(self):
        """[(Competency, field, the evidence offered)] for the template."""
        return [
            (competency, self[name], list(self.offered[competency].values()))
            for name, competency in zip(self.fields, self.offered, strict=True)
        ]

    def chosen(self):
        """[(Competency, Evidence)] without what comes later."""
        codes = zip(self.offered.items(), self.cleaned_data.values(), strict=True)
        return [(competency, offered[code]) for (competency, offered), code in codes if code != LATER]

    @property
    def later(self):
        """The numbers of the competencies whose evidence is chosen on their own page."""
        return [number for number, code in enumerate(self.cleaned_data.values(), 1) if code == LATER]
