"""One skill in a form: typed as text, found by name or alias. The picker in the browser only helps typing."""

from django import forms
from django.core.exceptions import ValidationError

from marketplace.skills.models import Skill
from marketplace.skills.queries import QUERY_LIMIT, resolve_skill, search_skills


class SkillInput(forms.TextInput):
    template_name = "skills/_picker.html"

    def __init__(self, attrs=None):
        super().__init__({"autocomplete": "off", "spellcheck": "false"} | (attrs or {}))


def put_skill(typed, names, wanted):
    """What was typed, with the skill `wanted` (its id as text) in the first empty one of the fields `names`."""
    skill = Skill.objects.filter(pk=wanted, is_active=True).first() if wanted.isdecimal() else None
    empty = next((name for name in names if not typed.get(name, "").strip()), None)
    return typed | {empty: skill.name} if skill and empty else typed


def ids_of(texts):
    """Of the skills that are called so exactly."""
    named = [resolve_skill(text) for text in texts if text]
    return [skill.pk for found in named for skill in found]


class SkillField(forms.CharField):
    """Cleans to a Skill, or None when empty and not required. `initial` may be a Skill or its primary key."""

    widget = SkillInput
    default_error_messages = {
        "required": "Choose a skill or tool.",
        "unknown": "We know no skill called “%(text)s”. Did you mean %(choices)s?",
        "nothing_like_it": "We know no skill called “%(text)s”. Try a more common word for it.",
        "ambiguous": "“%(text)s” may mean %(choices)s. Write one of these.",
    }

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", QUERY_LIMIT)
        super().__init__(empty_value=None, **kwargs)

    def prepare_value(self, value):
        if isinstance(value, int):
            value = Skill.objects.filter(pk=value).first()
        return value.name if isinstance(value, Skill) else value

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value):
        text = super().clean(value)
        if text is None:
            return None
        found = resolve_skill(text)
        if len(found) == 1:
            return found[0]
        close = found or search_skills(text, limit=3)
        code = "ambiguous" if found else "unknown" if close else "nothing_like_it"
        names = _either([skill.name for skill in close])
        raise ValidationError(self.error_messages[code], code=code, params={"text": text, "choices": names})


def _either(names):
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
