"""Evidence: an item of the library, and the same item added while answering a competency."""

from django import forms
from django.core.exceptions import ValidationError

from applications.actions.library import SKILLS, TEXT_MAX, check_words
from applications.models import Evidence
from applications.wording import MAX_WORDS
from marketplace.errors import DomainError
from marketplace.files.forms import UploadField
from marketplace.files.kinds import EVIDENCE
from marketplace.skills.forms import SkillField, ids_of, put_skill
from marketplace.skills.models import Level
from marketplace.skills.site_vocabulary import suggest_skills

TOO_LONG = "Use at most %(limit_value)d characters; this has %(show_value)d."


class ItemForm(forms.Form):
    """A link, a file or a text, and what I did. `current` is the Evidence that is edited: its file may stay."""

    item_fields = ("title", "url", "text", "statement", "proves", "team", "ai_use", "ai_used_for")

    title = forms.CharField(
        max_length=120, label="Title", help_text="What it is, as you would call it: “Churn dashboard for a bike shop”.",
        error_messages={"required": "Give it a title.", "max_length": TOO_LONG},
    )  # fmt: skip
    url = forms.URLField(
        max_length=500, label="Link", required=False, assume_scheme="https",
        help_text="It must open without signing in. An address with your name in it tells assessors who you are.",
        error_messages={"invalid": "Give the whole address, as https://example.org/report.", "max_length": TOO_LONG},
    )  # fmt: skip
    file = UploadField(allowed=EVIDENCE, required=False, label="Or a file")
    text = forms.CharField(
        max_length=TEXT_MAX, required=False, label="The text itself",
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text="Something you wrote: a query, a translation, a page of a report. Shown as plain text.",
        error_messages={"max_length": f"{TOO_LONG} Add a longer one as a file."},
    )  # fmt: skip
    statement = forms.CharField(
        max_length=1_500, label="What did you do yourself?", widget=forms.Textarea(attrs={"rows": 6}),
        help_text=f"Up to {MAX_WORDS} words. What was the problem, what did you do, what came of it? "
        "Leave your name out.",
        error_messages={"required": "Say what you did yourself.", "max_length": TOO_LONG},
    )  # fmt: skip

    proves = forms.CharField(
        max_length=200, label="What does it prove?",
        help_text="One sentence: “That I can turn three definitions into one that people keep to.”",
        error_messages={"required": "Say in one sentence what it proves.", "max_length": TOO_LONG},
    )  # fmt: skip
    team = forms.CharField(
        max_length=150, required=False, label="Who else worked on it?",
        help_text="Roles, not names: “a designer and two classmates”. Leave it empty if you did it alone.",
        error_messages={"max_length": TOO_LONG},
    )  # fmt: skip
    ai_use = forms.ChoiceField(
        choices=Evidence.AIUse, widget=forms.RadioSelect, label="Did you use AI to make it?",
        error_messages={"required": "Say whether you used AI to make it."},
    )  # fmt: skip
    ai_used_for = forms.CharField(
        max_length=200, required=False, label="What did you use AI for?",
        help_text="For example: “first draft of the summary; I checked every figure”.",
        error_messages={"max_length": TOO_LONG},
    )  # fmt: skip

    def __init__(self, *args, current=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.current = current
        if current is not None and current.file:
            self.fields["file"].label = "Or another file"

    def clean_statement(self):
        return checked_words(self.cleaned_data["statement"], field="statement", what="Say what you did yourself.")

    def clean(self):
        data = super().clean()
        if data.get("ai_use") == Evidence.AIUse.USED and not data.get("ai_used_for"):
            self.add_error("ai_used_for", "Say what you used AI for.")
        sources = ("url", "file", "text")
        if set(sources) & set(self.errors):
            return data
        given = sum(bool(data.get(name)) for name in sources)
        if given > 1:
            self.add_error("url", "Give one of the three: a link, a file or a text.")
        elif not given and not self.keeps_file:
            self.add_error("url", "Give a link, a file or a text.")
        return data

    @property
    def keeps_file(self):
        return self.current is not None and self.current.file_id is not None

    def item(self):
        """The cleaned values for the library's actions, without the file."""
        return {name: self.cleaned_data[name] for name in self.item_fields}


class EvidenceForm(ItemForm):
    """With the skills that it shows: one to five, each with a level."""

    template_rows = range(1, SKILLS[1] + 1)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for number in self.template_rows:
            self.fields[f"skill_{number}"] = SkillField(required=number == 1, label=f"Skill {number}")
            self.fields[f"level_{number}"] = forms.TypedChoiceField(
                choices=Level, coerce=int, initial=Level.WORKING, label=f"Level of skill {number}", required=False,
                empty_value=Level.WORKING,
            )  # fmt: skip

    def filled(self, wanted):
        """What was typed, with a suggested skill in the first empty row; `wanted`: its id as text."""
        return put_skill(self.data.dict(), self.skill_names, wanted)

    @property
    def skill_names(self):
        return [f"skill_{number}" for number in self.template_rows]

    def suggested(self):
        """Skills that the title and the statement are about and that no row names."""
        chosen = [self[name].value() for name in self.skill_names]
        chosen = [getattr(value, "name", value) for value in chosen if value]
        text = f"{self['title'].value() or ''}\n{self['statement'].value() or ''}"
        return suggest_skills(text, besides=ids_of(chosen))

    def skill_rows(self):
        """[(skill field, level field)] for the template."""
        return [(self[f"skill_{number}"], self[f"level_{number}"]) for number in self.template_rows]

    def clean(self):
        data = super().clean()
        seen = set()
        for number in self.template_rows:
            skill = data.get(f"skill_{number}")
            if skill is not None and skill.pk in seen:
                self.add_error(f"skill_{number}", f"{skill} is named twice.")
            elif skill is not None:
                seen.add(skill.pk)
        return data

    def skills(self):
        """[(Skill, level)]."""
        pairs = [(self.cleaned_data[f"skill_{n}"], self.cleaned_data[f"level_{n}"]) for n in self.template_rows]
        return [(skill, level) for skill, level in pairs if skill is not None]


def initial_of(evidence):
    """The form's values for an item of the library."""
    values = {name: getattr(evidence, name) for name in ItemForm.item_fields}
    for number, row in enumerate(evidence.evidence_skills.all(), 1):
        values |= {f"skill_{number}": row.skill, f"level_{number}": row.level}
    return values


NEW = "new"


class AnswerForm(ItemForm):
    """Choose from the library, or add something new that also lands there."""

    def __init__(self, *args, library, **kwargs):
        super().__init__(*args, **kwargs)
        self.library = {evidence.code: evidence for evidence in library}
        choices = [(code, evidence.title) for code, evidence in self.library.items()]
        self.fields["choice"] = forms.ChoiceField(
            choices=[*choices, (NEW, "Something new")], widget=forms.RadioSelect, label="Your evidence",
            required=bool(library), error_messages={"required": "Choose your evidence, or add something new."},
        )  # fmt: skip
        if not self.adds_new:
            for name in ItemForm.base_fields:
                self.fields[name].required = False

    @property
    def adds_new(self):
        """Whether the fields below the choice count."""
        return not self.library or (self.is_bound and self.data.get(self.add_prefix("choice")) == NEW)

    def clean_statement(self):
        return super().clean_statement() if self.adds_new else self.cleaned_data["statement"]

    def clean(self):
        if self.adds_new:
            return super().clean()
        for name in ItemForm.base_fields:
            self.errors.pop(name, None)  # what is not chosen is not judged
        return self.cleaned_data

    def chosen(self):
        """The Evidence of the library, or None for something new."""
        return None if self.adds_new else self.library[self.cleaned_data["choice"]]


def checked_words(text, *, field, what):
    """The text, or the action's refusal as an error of the field."""
    try:
        check_words(text, field=field, what=what)
    except DomainError as error:
        raise ValidationError(error.message, code=error.code) from None
    return text.strip()
