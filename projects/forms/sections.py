"""Outcome, deliverable, competencies, portfolio permission."""

from django import forms
from django.conf import settings

from marketplace.clock import days
from marketplace.formatting import times
from marketplace.skills.forms import SkillField, ids_of, put_skill
from marketplace.skills.models import Level, SkillFamily
from marketplace.skills.site_vocabulary import suggest_skills
from projects.forms.base import DayField, OneLine, SectionForm, growing
from projects.models import Project
from projects.rubric import IN_SHORT, template_of
from projects.sections import portfolio_problems

CRITERIA = settings.PROJECT_CRITERIA
COMPETENCIES = settings.PROJECT_COMPETENCIES
LATEST_PORTFOLIO_DAYS = 730


class OutcomeForm(SectionForm):
    title = OneLine(
        max_length=100, help_text="What the student makes or finds out, starting with a verb.",
        error_messages={"required": "Give the project a title."},
    )  # fmt: skip
    field = forms.ModelChoiceField(
        SkillFamily.objects.order_by("position", "name"), empty_label="Choose a field",
        error_messages={"required": "Choose the field."},
    )  # fmt: skip
    brief = forms.CharField(
        max_length=4_000, widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Why you need it, what the student works with, what you will provide, and what is out of scope. "
        "A blank line starts a paragraph, a line that begins with “- ” a list item.",
        error_messages={"required": "Write the brief."},
    )  # fmt: skip

    def initial_of(self, project, at):
        return {"title": project.title, "field": project.field_id, "brief": project.brief}

    def values(self):
        return {name: self.cleaned_data[name] for name in ("title", "field", "brief")}


class DeliverableForm(SectionForm):
    deliverable = OneLine(
        max_length=300, widget=growing(), help_text="Exactly one thing, in the form you want to receive it.",
        error_messages={"required": "Name the deliverable."},
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        low, high = CRITERIA
        for number in range(1, high + 1):
            needed = number <= low
            self.fields[f"criterion_{number}"] = OneLine(
                label=f"Criterion {number}", max_length=300, widget=growing(), required=needed and self.complete,
                error_messages={"required": f"Write criterion {number}: at least {low} are needed."},
            )  # fmt: skip

    def initial_of(self, project, at):
        texts = [row.text for row in project.criteria.order_by("position")]
        return {"deliverable": project.deliverable} | {
            f"criterion_{number}": text for number, text in enumerate(texts, start=1)
        }

    @property
    def criteria(self):
        return [self[f"criterion_{number}"] for number in range(1, CRITERIA[1] + 1)]

    def clean(self):
        seen = {}
        for number in range(1, CRITERIA[1] + 1):
            text = self.cleaned_data.get(f"criterion_{number}", "").lower()
            if text and text in seen:
                self.add_error(f"criterion_{number}", f"This repeats criterion {seen[text]}.")
            elif text:
                seen[text] = number
        return self.cleaned_data

    def values(self):
        texts = [self.cleaned_data[f"criterion_{number}"] for number in range(1, CRITERIA[1] + 1)]
        return {"deliverable": self.cleaned_data["deliverable"], "criteria": [text for text in texts if text]}


class CompetenciesForm(SectionForm):
    """Up to five rows; the first two are needed. A row counts once its skill or its question is filled."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        low, high = COMPETENCIES
        example = template_of(self.project.field)["question"]
        for number in range(1, high + 1):
            needed = number <= low and self.complete
            row = self._row(number, needed, example)
            for field in row.values():
                field.summary_label = f"Competency {number}, {field.label.lower()}"
            self.fields |= row

    def _row(self, number, needed, example):
        levels = [(level.value, f"{level.label}: {IN_SHORT[level]}") for level in Level]
        return {
            f"skill_{number}": SkillField(label="Skill or tool", required=needed),
            f"level_{number}": forms.TypedChoiceField(
                label="Level wanted", choices=levels, coerce=int, required=False, empty_value=Level.WORKING.value
            ),
            f"evidence_{number}": OneLine(
                label="Evidence question", max_length=300, widget=growing(), required=needed,
                help_text=f"Ask for something they have made before, never for a task. For example: “{example}”",
                error_messages={"required": "Say which evidence you want to see."},
            ),
        }  # fmt: skip

    def initial_of(self, project, at):
        found = {}
        rows = project.competencies.select_related("skill").order_by("position")
        for number, row in enumerate(rows, start=1):
            found |= {
                f"skill_{number}": row.skill, f"level_{number}": row.level, f"evidence_{number}": row.evidence_asked,
            }  # fmt: skip
        for number in range(1, COMPETENCIES[1] + 1):
            found.setdefault(f"level_{number}", Level.WORKING.value)
        return found

    def filled(self, wanted):
        return put_skill(super().filled(wanted), self.skill_names, wanted)

    @property
    def skill_names(self):
        return [f"skill_{number}" for number in range(1, COMPETENCIES[1] + 1)]

    def suggested(self):
        """Skills that the brief is about and that no row asks for."""
        project = self.project
        criteria = project.criteria.order_by("position").values_list("text", flat=True)
        text = "\n".join([project.title, project.brief, project.deliverable, *criteria])
        chosen = [self[name].value() for name in self.skill_names]
        chosen = [getattr(value, "name", value) for value in chosen if value]
        return suggest_skills(text, family=project.field_id, besides=ids_of(chosen)) if project.brief else []

    @property
    def rows(self):
        """[(number, is needed, is filled, skill, level, evidence)] of bound fields, for the template."""
        return [
            {
                "number": number, "needed": number <= COMPETENCIES[0], "filled": bool(self[f"skill_{number}"].value()),
                "skill": self[f"skill_{number}"], "level": self[f"level_{number}"],
                "evidence": self[f"evidence_{number}"],
            }
            for number in range(1, COMPETENCIES[1] + 1)
        ]  # fmt: skip

    def clean(self):
        seen = {}
        for number in range(1, COMPETENCIES[1] + 1):
            skill, question = self.cleaned_data.get(f"skill_{number}"), self.cleaned_data.get(f"evidence_{number}")
            if skill and skill.pk in seen:
                self.add_error(f"skill_{number}", f"{skill} is asked for in row {seen[skill.pk]} already.")
            elif skill:
                seen[skill.pk] = number
            if question and not skill and not self.errors.get(f"skill_{number}"):
                self.add_error(f"skill_{number}", "Say which skill this question is about, or empty the row.")
            if skill and not question and self.complete and not self.errors.get(f"evidence_{number}"):
                self.add_error(f"evidence_{number}", "Say which evidence you want to see.")
        return self.cleaned_data

    def values(self):
        data = self.cleaned_data
        rows = [
            {
                "skill": data[f"skill_{number}"], "level": data[f"level_{number}"],
                "evidence_asked": data[f"evidence_{number}"],
            }
            for number in range(1, COMPETENCIES[1] + 1)
            if data[f"skill_{number}"]
        ]  # fmt: skip
        return {"competencies": rows}


class PortfolioForm(SectionForm):
    portfolio_permission = forms.ChoiceField(
        label="What may the student show afterwards?", choices=Project.PortfolioPermission.choices,
        widget=forms.RadioSelect, error_messages={"required": "Choose what the student may show."},
    )  # fmt: skip
    portfolio_from = DayField(label="From when?", required=False, help_text="For “Show everything after a date”.")

    def initial_of(self, project, at):
        return {"portfolio_permission": project.portfolio_permission, "portfolio_from": project.portfolio_from}

    def clean(self):
        dated = self.cleaned_data.get("portfolio_permission") == Project.PortfolioPermission.AFTER_DATE
        day = self.cleaned_data.get("portfolio_from")
        latest = (self.at + days(LATEST_PORTFOLIO_DAYS)).date()
        if dated and day is None and "portfolio_from" not in self.errors:
            self.add_error("portfolio_from", "Give the date from which the student may show the work.")
        elif dated and day and not self.at.date() < day <= latest:
            self.add_error("portfolio_from", f"Choose a date from tomorrow to {times.short(latest, None)}.")
        elif dated and day:
            for field, message in portfolio_problems(day, self.project.work_due_on):
                self.add_error(field, message)
        return self.cleaned_data

    def values(self):
        permission = self.cleaned_data["portfolio_permission"]
        dated = permission == Project.PortfolioPermission.AFTER_DATE
        return {
            "portfolio_permission": permission,
            "portfolio_from": self.cleaned_data["portfolio_from"] if dated else None,
        }
