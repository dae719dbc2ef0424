"""The rubric of each competency, and a clarification once it is locked."""

from django import forms

from marketplace.skills.models import SkillFamily
from projects.actions.judging import CLARIFICATION_LENGTH
from projects.forms.base import OneLine, SectionForm
from projects.models import RUBRIC_LENGTH, Competency
from projects.rubric import GENERAL, SHOWN, good_evidence, rubric_of, steps_of, template_of, template_rubric, templates

TOO_LONG = "Use at most %(limit_value)d characters; this has %(show_value)d."


class RubricForm(SectionForm):
    """Good evidence and four levels for each competency. An emptied field goes back to the template's words."""

    def __init__(self, *args, project, **kwargs):
        self.competencies = list(project.competencies.select_related("skill__family").order_by("position"))
        super().__init__(*args, project=project, **kwargs)
        families = SkillFamily.objects.order_by("position", "name").values_list("slug", "name")
        choices = [(GENERAL, "General"), *((slug, name) for slug, name in families if slug in templates())]
        for row in self.competencies:
            fields = self._row(row, choices)
            for field in fields.values():
                field.summary_label = f"{row.skill}, {field.label}"
            self.fields |= fields

    def _row(self, row, choices):
        found = {
            f"template_{row.pk}": forms.ChoiceField(label="Words from the template", choices=choices, required=False),
            f"good_{row.pk}": text_field("What good evidence looks like"),
            f"ai_{row.pk}": forms.ChoiceField(
                label="May AI have been used for it?", choices=Competency.AIPolicy, required=False
            ),
        }
        for value, word in enumerate(SHOWN):
            found[f"level_{row.pk}_{value}"] = text_field(word)
        return found

    def initial_of(self, project, at):
        found = {}
        for row in self.competencies:
            slug = row.skill.family.slug if row.skill.family else GENERAL
            found |= {f"template_{row.pk}": slug, f"ai_{row.pk}": row.ai_policy}
            found |= self._texts(row, rubric_of(row), good_evidence(row))
        return found

    def _texts(self, row, rubric, good):
        levels = {f"level_{row.pk}_{value}": text for value, text in enumerate(rubric)}
        return {f"good_{row.pk}": good} | levels

    def filled(self, wanted):
        """With the words of the chosen template for one competency; `wanted`: its id as text."""
        typed = super().filled(wanted)
        row = next((row for row in self.competencies if str(row.pk) == wanted), None)
        template = templates().get(typed.get(f"template_{wanted}"))
        return typed | self._texts(row, steps_of(template, row.level), template["good"]) if row and template else typed

    @property
    def rows(self):
        """[{competency, template, good, ai, levels}] of bound fields, for the template."""
        return [
            {
                "competency": row, "template": self[f"template_{row.pk}"], "good": self[f"good_{row.pk}"],
                "ai": self[f"ai_{row.pk}"],
                "levels": [self[f"level_{row.pk}_{value}"] for value in range(len(SHOWN))],
            }
            for row in self.competencies
        ]  # fmt: skip

    def clean(self):
        for row in self.competencies:
            seen = {}
            for value, text in enumerate(self._rubric(row)):
                if text.lower() in seen:
                    word = SHOWN[seen[text.lower()]]
                    self.add_error(f"level_{row.pk}_{value}", f"This says the same as “{word}”.")
                seen[text.lower()] = value
        return self.cleaned_data

    def _rubric(self, row):
        typed = [self.cleaned_data.get(f"level_{row.pk}_{value}", "") for value in range(len(SHOWN))]
        return [text or other for text, other in zip(typed, template_rubric(row), strict=True)]

    def values(self):
        return {
            "rubrics": {
                row.pk: {
                    "rubric": self._rubric(row),
                    "good_evidence": self.cleaned_data[f"good_{row.pk}"] or template_of(row.skill.family)["good"],
                    "ai_policy": self.cleaned_data[f"ai_{row.pk}"] or row.ai_policy,
                }
                for row in self.competencies
            }
        }


def text_field(label):
    return OneLine(
        label=label, max_length=RUBRIC_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": TOO_LONG},
    )  # fmt: skip


class ClarifyForm(forms.Form):
    competency = forms.ModelChoiceField(None, required=False, empty_label="All competencies", label="About")
    text = OneLine(
        max_length=CLARIFICATION_LENGTH, label="Clarification", widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What you meant, not something new to be judged by. It cannot be changed or taken back.",
        error_messages={"required": "Write the clarification.", "max_length": TOO_LONG},
    )  # fmt: skip

    def __init__(self, *args, project, **kwargs):
        super().__init__(*args, **kwargs)
        asked = project.competencies.select_related("skill").order_by("position")
        self.fields["competency"].queryset = asked
        self.fields["competency"].label_from_instance = lambda row: row.skill.name
