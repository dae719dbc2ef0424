"""Finding a skill by what people call it."""

from django.db import connection
from django.db.models import Value
from django.db.models.functions import Lower

from marketplace.skills.models import Skill

QUERY_LIMIT = 100  # characters of a search text that are looked at
RELATED = 12  # skills of each kind

# Both statements read names and aliases as one list of surfaces; the trigram indexes on lower(name) serve LIKE and <%.
_SURFACES = """
    SELECT id AS skill_id, name, lower(name) AS low, 0 AS is_alias FROM skills_skill WHERE is_active AND {condition}
    UNION ALL
    SELECT a.skill_id, a.name, lower(a.name), 1 FROM skills_skillalias a
      JOIN skills_skill s ON s.id = a.skill_id AND s.is_active WHERE {alias_condition}
"""
_BEST = """
    SELECT best.skill_id, best.name FROM (
      SELECT DISTINCT ON (skill_id) skill_id, name, rank, is_alias
      FROM (SELECT skill_id, name, low, is_alias, {rank} AS rank FROM ({surfaces}) surfaces) ranked
      ORDER BY skill_id, rank, is_alias, length(name), name
    ) best JOIN skills_skill skill ON skill.id = best.skill_id
    ORDER BY rank + (skill.source <> 'starter')::int * 0.2, is_alias, length(best.name), best.name LIMIT %(limit)s
"""


def _statement(condition, rank):
    surfaces = _SURFACES.format(
        condition=condition.format(low="lower(name)"), alias_condition=condition.format(low="lower(a.name)")
    )
    return _BEST.format(rank=rank, surfaces=surfaces)


_STARTING = _statement(
    "({low} LIKE %(prefix)s OR {low} LIKE %(word)s)",
    "CASE WHEN low = %(text)s THEN 0 WHEN low LIKE %(prefix)s THEN 1 ELSE 2 END",
)
# The planner thinks comparing cheap, and would rather compare with every name than ask an index of many trigrams.
_SIMILAR = "SET LOCAL enable_seqscan = off; " + _statement(
    "({low} %% %(text)s OR %(text)s <%% {low})",
    "1 - greatest(similarity(low, %(text)s), word_similarity(%(text)s, low) - 0.25)",
)


def search_skills(text, limit=10):
    """Active skills for what was typed, best first: a name or alias that starts so, a word that starts so, then
    similar spellings. Each has `matched`: the name or alias that was found.
    """
    return with_matched(names_found(text, limit))


def names_found(text, limit, *, enough=None):
    """{skill id: the name or alias that was found}, as search_skills says; similar spellings only where fewer than
    `enough` begin so.
    """
    text = normalized(text)
    found = _matches(_STARTING, text, limit) if text else {}
    if len(found) < (enough or limit) and len(text) > 2:
        found |= {pk: name for pk, name in _matches(_SIMILAR, text, limit + len(found)).items() if pk not in found}
    return {pk: found[pk] for pk in list(found)[:limit]}


def with_matched(found):
    """[Skill with `matched`] of what names_found gave, in this order."""
    skills = Skill.objects.select_related("family").in_bulk(found)
    for skill in skills.values():
        skill.matched = found[skill.pk]
    return [skills[pk] for pk in found]


def resolve_skill(text):
    """The active skills that are called exactly this: one, or several that share an alias, or none.

    The starter taxonomy goes before imported ones and a name before an alias.
    """
    text = normalized(text)
    active = Skill.objects.alias(low=Lower("name"), alias=Lower("aliases__name")).filter(is_active=True)
    for source in ({"source": Skill.Source.STARTER}, {}):
        for called in ("low", "alias"):
            if found := list(active.filter(**source, **{called: text}).distinct().order_by("name")[:5]):
                return found
    return []


def normalized(text):
    """One line, single spaces, lower case, without the zero bytes PostgreSQL refuses."""
    return " ".join(text.replace("\x00", " ").split())[:QUERY_LIMIT].strip().lower()


def _matches(statement, text, limit):
    """{skill id: the surface found}, best first."""
    literal = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    values = {"text": text, "prefix": f"{literal}%", "word": f"% {literal}%", "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return dict(cursor.fetchall())


def related(skill):
    """{"broader", "narrower", "beside": [Skill]}: the active ones around this skill; `beside` are of its field."""
    beside = Skill.objects.filter(family__isnull=False, family=skill.family_id, source=Skill.Source.STARTER)
    kinds = {
        "broader": Skill.objects.filter(narrower_relations__skill=skill),
        "narrower": Skill.objects.filter(broader_relations__broader=skill),
        "beside": beside.exclude(pk=skill.pk),
    }
    parts = [
        rows.filter(is_active=True)
        .annotate(how=Value(how))
        .order_by("name")
        .values_list("how", "slug", "name")[:RELATED]
        for how, rows in kinds.items()
    ]
    found = {how: [] for how in kinds}
    for how, slug, name in parts[0].union(*parts[1:], all=True):
        found[how].append(Skill(slug=slug, name=name))
    return found
