"""Skills to suggest while somebody writes: a brief, what they did. Suggestions only: a person takes each or leaves it.

Compared are the starter taxonomy and whatever imported skill somebody here asks for or shows, in memory (0.3 MB and
40 ms for 640 skills); of all other imported skills PostgreSQL finds those that are named in the text word for word.
docs/skills.md says how well that works.
"""

import re
from functools import lru_cache

import numpy as np
from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q
from django.db.models.functions import Lower

from marketplace.skills.models import Skill, SkillAlias, StudentSkill
from marketplace.skills.ngrams import plain
from marketplace.skills.suggesting import LONGEST_NAME, MEANING, Vocabulary

MOST_SKILLS = 5_000  # in memory
SAME_FAMILY = 0.2  # added for a skill of the field that the text is filed under
LEAST, LEAST_FILED = 0.6, 0.75  # what is below is more often wrong than right (docs/skills.md)
LEAST_MEANT, LEAST_MEANT_FILED = 1.4, 1.75  # the same where meaning counts too
WORDS_READ = 600  # of a text, when it is searched for names word for word
_SENTENCE = re.compile(r"[.!?;:\n]+")


def suggest_skills(text, *, family=None, besides=(), limit=6):
    """[Skill], best first, none of the ids `besides`; fewer than `limit` rather than far-fetched ones.

    `family`: the id of the SkillFamily that the text is filed under.
    """
    parts = [part for part in map(plain, _SENTENCE.split(text)) if len(part) > 2]
    if not parts:
        return []
    ids, families, vocabulary = _vocabulary(*_version())
    scores = vocabulary.scores(plain(text)) + np.max([vocabulary.scores(part) for part in parts], axis=0)
    least, least_filed = LEAST, LEAST_FILED
    if vocabulary.meanings:
        scores += 2 * MEANING * vocabulary.meanings.scores(text)  # of the whole text: sentences add time, no skill
        least, least_filed = LEAST_MEANT, LEAST_MEANT_FILED
    if family:
        scores, least = scores + SAME_FAMILY * (families == family), least_filed
    best = [ids[number] for number in np.lexsort((np.arange(len(ids)), -scores)) if scores[number] >= least]
    wanted = [pk for pk in dict.fromkeys([*named_in(text, besides=ids), *best]) if pk not in set(besides)][:limit]
    skills = Skill.objects.filter(is_active=True).select_related("family").in_bulk(wanted)
    return [skills[pk] for pk in wanted if pk in skills]


def named_in(text, *, besides, limit=2):
    """Ids of active skills whose name or alias, of two words or more, stands in the text; the longest names first."""
    words = " ".join(text.lower().split()[:WORDS_READ])
    words = re.findall(r"[\w+#&/-]+", words)
    spans = range(2, min(LONGEST_NAME, 5) + 1)
    phrases = {" ".join(words[start : start + size]) for size in spans for start in range(len(words) - size + 1)}
    found = {}
    for rows, name, pk in ((Skill.objects, "name", "pk"), (SkillAlias.objects, "name", "skill_id")):
        active = {"is_active": True} if pk == "pk" else {"skill__is_active": True}
        named = rows.alias(low=Lower("name")).filter(low__in=phrases, **active).values_list(pk, name)
        found |= {skill: max(called, found.get(skill, ""), key=len) for skill, called in named}
    ranked = sorted(found, key=lambda pk: (-len(found[pk]), pk))
    return [pk for pk in ranked if pk not in set(besides)][:limit]


def _version():
    """What changes when the taxonomy grows: two index look-ups."""
    return Skill.objects.aggregate(last=Max("pk"))["last"], SkillAlias.objects.aggregate(last=Max("pk"))["last"]


@lru_cache(maxsize=1)
def _vocabulary(last_skill, last_alias):
    """(ids, families, Vocabulary)"""
    shown = StudentSkill.objects.filter(skill=OuterRef("pk"))
    asked = Skill.objects.filter(pk=OuterRef("pk"), competencies__isnull=False)
    used = Q(source=Skill.Source.STARTER) | Q(Exists(shown)) | Q(Exists(asked))
    rows = Skill.objects.filter(used, is_active=True).order_by("pk").prefetch_related("aliases")[:MOST_SKILLS]
    entries = [(skill.pk, skill.name, [alias.name for alias in skill.aliases.all()]) for skill in rows]
    families = np.array([skill.family_id or 0 for skill in rows])
    return [pk for pk, _name, _others in entries], families, Vocabulary(entries, _meanings(entries))


def _meanings(entries):
    if not settings.SEMANTIC_SUGGESTIONS:
        return None
    from marketplace.skills.meaning import site_meanings  # nothing of it is loaded where it is off

    return site_meanings([name for _pk, name, _others in entries])
