"""All that the page of one project shows: one prepared statement, however much there is, and one for those alike."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import SimpleNamespace

from marketplace.access import unknown, visible_sql
from marketplace.db import ask_quickly
from marketplace.replica import connection
from marketplace.rows import joined
from marketplace.skills.models import Level
from projects.models import Competency, Project, Reliability
from projects.queries import LIVE
from projects.rubric import anchors, good_evidence, wanted
from projects.search import statement
from projects.search.filters import FIELD, SKILL, token

NEAR = 40  # of the newest that share a competency, or at least the field: the most alike among them are shown
SIMILAR = 3


@dataclass(frozen=True)
class Counts:
    """Of applications; `taken`: accepted, and the engagement not cancelled."""

    live: int
    waiting: int
    submitted: int
    to_assess: int
    shortlisted: int
    offered: int
    taken: int

    @property
    def undecided(self):
        """Wait for an answer."""
        return self.to_assess + self.shortlisted


@dataclass(frozen=True)
class Asked:
    """One competency in the words of the page. `anchors`: [(value 0–3, word, text)]; `clarified`: [(at, text)]."""

    skill_id: int
    skill: str
    slug: str
    level: int
    word: str
    has: bool  # this student has shown it at that level
    below: str  # the word of the lower level that this student has shown, or ""
    wanted: str
    evidence: str
    ai: str
    good: str
    anchors: list
    clarified: list


@dataclass(frozen=True)
class Around:
    criteria: list  # of texts
    competencies: list  # of Asked, in the project's order
    clarified: list  # [(at, text)] about all competencies
    counts: Counts
    reliability: Reliability
    is_saved: bool
    application: object  # the student's newest one with `code` and `status`, or None
    levels: dict  # {skill id: level} of what the student has shown


def read(user, code, *, student=None):
    """(Project with its organization and field, Around) of what this person may see; raises Http404 for the rest."""
    values = {"code": code, "user": user.pk, "student": student.pk if student else None, "live": LIVE}
    rows, database = joined(Project, "organization", "field"), connection()
    with database.cursor() as cursor:
        ask_quickly(cursor, _statement(visible_sql(Project, user), student is not None), values, types=TYPES)
        found = cursor.fetchone()
    if found is None:
        raise unknown()
    text, levels, *rest = found
    figures, rest = rest[: len(RELIABILITY)], rest[len(RELIABILITY) :]
    reliability = Reliability(**dict(zip(RELIABILITY, figures, strict=True)))
    return rows.instance(rest, database), _around(json.loads(text), levels, reliability)


def similar(project, around, *, at, student=None):
    """[search.statement.Row] of open projects that share most with this one. One query."""
    skills = [asked.skill_id for asked in around.competencies]
    tokens = [token(SKILL, pk) for pk in skills]
    if project.field_id:
        tokens.append(token(FIELD, project.field_id))
    values = {
        "project": project.pk, "field": project.field_id, "at": at, "student": student.pk if student else None,
        "skills": skills, "tokens": tokens, "live": LIVE, "near": NEAR, "most": SIMILAR,
    }  # fmt: skip
    with connection().cursor() as cursor:
        ask_quickly(cursor, SIMILAR_ROWS.format(**statement.marks(is_student=student is not None)), values)
        return [statement.row_of(*row) for row in cursor]


@cache
def _statement(visible, is_student):
    columns = {
        "criteria": CRITERIA, "competencies": COMPETENCIES, "clarifications": CLARIFICATIONS, "counts": COUNTS,
        **({"saved": SAVED, "application": APPLICATION} if is_student else {}),
    }  # fmt: skip
    rows, related = joined(Project, "organization", "field"), tables(is_student)
    parts = ", ".join(f"'{name}', ({part.format(**related)})" for name, part in columns.items())
    return STATEMENT.format(
        parts=parts, levels=related["levels"], columns=rows.columns, source=rows.source, visible=visible
    )


def tables(is_student):
    """Tables of apps above this one, by the names of their relations, and what a student has to do with a row."""
    related = Project._meta.get_field("applications").related_model
    engagements = related._meta.get_field("engagement").related_model._meta.db_table
    return {"engagements": engagements, **statement.marks(is_student=is_student)}


def _around(found, levels, reliability):
    clarified = {}
    for competency, text, at in found["clarifications"] or []:
        clarified.setdefault(competency, []).append((datetime.fromisoformat(at), text))
    return Around(
        criteria=found["criteria"] or [],
        competencies=[_asked(*row, clarified) for row in found["competencies"] or []],
        clarified=clarified.get(None, []), counts=Counts(*found["counts"]), reliability=reliability,
        is_saved=found.get("saved", False),
        application=SimpleNamespace(**found["application"]) if found.get("application") else None,
        levels=statement.levels_of(levels),
    )  # fmt: skip


def _asked(pk, skill_id, name, slug, family, level, evidence, rubric, good, ai, shown, clarified):
    skill = SimpleNamespace(name=name, family=SimpleNamespace(slug=family) if family else None)
    competency = SimpleNamespace(skill=skill, level=level, rubric=rubric, good_evidence=good)
    return Asked(
        skill_id=skill_id, skill=name, slug=slug, level=level, word=Level(level).label, has=shown >= level,
        below=Level(shown).label if 0 < shown < level else "",
        wanted=wanted(level), evidence=evidence, ai=Competency.AIPolicy(ai).label, good=good_evidence(competency),
        anchors=anchors(competency), clarified=clarified.get(pk, []),
    )  # fmt: skip


RELIABILITY = ("decision_time", "answered_percent", "approval_time", "hire_percent", "completed")
STATEMENT = """
SELECT json_build_object({parts})::text, {levels}, r.decision_time, r.answered_percent, r.approval_time, r.hire_percent,
       coalesce(r.completed, 0), {columns}
FROM {source} LEFT JOIN projects_reliability r ON r.organization_id = t.organization_id WHERE t.id = ({visible})
"""
TYPES = "code text, user bigint, student bigint, live text[]"
CRITERIA = "SELECT json_agg(text ORDER BY position) FROM projects_acceptancecriterion WHERE project_id = t.id"
COMPETENCIES = """
SELECT json_agg(json_build_array(c.id, c.skill_id, s.name, s.slug, f.slug, c.level, c.evidence_asked, c.rubric,
                                 c.good_evidence, c.ai_policy, coalesce(shown.level, 0)) ORDER BY c.position)
FROM projects_competency c JOIN skills_skill s ON s.id = c.skill_id
LEFT JOIN skills_skillfamily f ON f.id = s.family_id
LEFT JOIN skills_studentskill shown ON shown.skill_id = c.skill_id AND shown.student_id = %(student)s
WHERE c.project_id = t.id
"""
CLARIFICATIONS = """
SELECT json_agg(json_build_array(competency_id, text, at) ORDER BY at, id) FROM projects_clarification
WHERE project_id = t.id
"""
COUNTS = """
SELECT json_build_array(
    count(*) FILTER (WHERE a.status = ANY (%(live)s)), count(*) FILTER (WHERE a.status = 'waitlisted'),
    count(*) FILTER (WHERE a.submitted_at IS NOT NULL), count(*) FILTER (WHERE a.status = 'submitted'),
    count(*) FILTER (WHERE a.status = 'shortlisted'), count(*) FILTER (WHERE a.status = 'offered'),
    count(*) FILTER (WHERE a.status = 'accepted' AND NOT EXISTS (SELECT FROM {engagements} e
                                                              WHERE e.application_id = a.id AND e.status = 'cancelled'))
) FROM {applications} a WHERE a.project_id = t.id
"""
SAVED = "SELECT EXISTS (SELECT FROM projects_savedproject WHERE project_id = t.id AND student_id = %(student)s)"
APPLICATION = """
SELECT json_build_object('code', code, 'status', status) FROM {applications}
WHERE project_id = t.id AND student_id = %(student)s ORDER BY created_at DESC LIMIT 1
"""
SIMILAR_ROWS = """
SELECT shared, l.project_id, CARD
FROM (
    SELECT l.*, l.field_id = %(field)s AS is_field,
           (SELECT count(*) FROM unnest(l.skill_ids) one WHERE one = ANY (%(skills)s::bigint[])) AS shared
    FROM projects_listing l
    WHERE l.tokens && %(tokens)s::int[] AND l.closes_at > %(at)s AND l.project_id <> %(project)s
    ORDER BY l.opened_at DESC, l.project_id DESC LIMIT %(near)s
) l ORDER BY shared DESC, is_field DESC, opened_at DESC, project_id DESC LIMIT %(most)s
""".replace("CARD", statement.CARD)
