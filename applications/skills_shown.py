"""What a student has shown, skill by skill (StudentSkill): matching and suggestions read it, these functions write it.

Evidence alone never lowers or replaces what an assessor or a finished project has confirmed.
"""

from applications.models import EvidenceSkill, Shown
from applications.queries import levels_of
from marketplace.skills.models import StudentSkill

Strength = StudentSkill.Strength


def refresh_from_evidence(student, skill_ids, *, at):
    """Recompute these skills from the evidence in use: the highest level claimed; nothing left removes the row."""
    best = _best_evidence(student, skill_ids)
    confirmed = set(
        StudentSkill.objects.filter(student=student, skill__in=skill_ids)
        .exclude(strength=Strength.EVIDENCE)
        .values_list("skill_id", flat=True)
    )
    for skill_id in set(skill_ids) - confirmed:
        shown = best.get(skill_id)
        if shown is None:
            StudentSkill.objects.filter(student=student, skill_id=skill_id).delete()
            continue
        values = {"level": shown.level, "shown_in": shown.evidence.title, "updated_at": at}
        StudentSkill.objects.update_or_create(
            student=student, skill_id=skill_id, defaults=values | {"strength": Strength.EVIDENCE}
        )


def _best_evidence(student, skill_ids):
    """{skill id: the EvidenceSkill with the highest level, the newest among equals}."""
    rows = EvidenceSkill.objects.filter(
        evidence__student=student, evidence__archived_at=None, skill__in=skill_ids
    ).select_related("evidence")
    best = {}
    for row in rows.order_by("level", "evidence__created_at", "evidence__pk"):
        best[row.skill_id] = row
    return best


def confirm_assessed(application, *, at):
    """A decision was made: what the assessors found to meet the level asked for is assessed evidence now."""
    levels = levels_of([application]).get(application.pk, {})
    for answer in application.answers.select_related("competency"):
        if levels.get(answer.competency_id, Shown.NOT_SHOWN) >= Shown.MEETS:
            _raise_to(application.student, answer.competency, answer.title, at)


def _raise_to(student, competency, title, at):
    row = StudentSkill.objects.filter(student=student, skill_id=competency.skill_id).first()
    if row is None:
        row = StudentSkill(student=student, skill_id=competency.skill_id, level=competency.level)
    elif row.strength == Strength.COMPLETED or (row.strength == Strength.ASSESSED and row.level >= competency.level):
        return
    row.level, row.strength, row.shown_in, row.updated_at = competency.level, Strength.ASSESSED, title[:200], at
    row.save()
