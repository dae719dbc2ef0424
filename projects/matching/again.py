"""New evidence: which open projects fit a student now who has shown more than before.

A trigger notes each skill that a student shows for the first time or at a higher level. Somebody who adds evidence adds
more of it: so it is looked at after PAUSE without a change, and all of it is one notice.
"""

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from marketplace.accounts.models import Student
from marketplace.db import UNHURRIED
from projects import for_you, notices
from projects.matching.scoring import WEEK
from projects.matching.telling import hold
from projects.models import Candidate, Match, Project, Rematch
from projects.reasons import reason_in_words

PAUSE = timedelta(minutes=10)
SHOWN = 3  # projects in one notice
LOOKED_AT = 40  # of those that fit, best first
BATCH = 100  # students of one sweep
# Those that have told their students and are open still. One that is just telling them, inviting more, or closing is
# waited for.
SETTLED = """
SELECT id FROM projects_project WHERE id = ANY (%s) AND matched_at IS NOT NULL AND status = 'open'
ORDER BY id FOR SHARE
"""


def due(at):
    """Ids of students whose evidence changed and has rested since, longest first."""
    waiting = Rematch.objects.values("student_id").annotate(last=Max("changed_at")).filter(last__lte=at - PAUSE)
    return list(waiting.order_by("last", "student_id").values_list("student_id", flat=True)[:BATCH])


@transaction.atomic
def rematch(student_id, at):
    """Tell one student of the best open projects that ask for what they have newly shown, each project once.

    Returns the new matches. A student whom another worker has is left to it.
    """
    held = Rematch.objects.select_for_update(skip_locked=True).filter(student_id=student_id, changed_at__lte=at)
    skills = set(held.values_list("skill_id", flat=True))
    if not skills:
        return []
    student = Student.objects.select_related("user").get(pk=student_id)
    matches = Match.objects.bulk_create(fitting(student, skills, at))
    if matches:
        projects = Project.objects.select_related("organization").in_bulk([match.project_id for match in matches])
        why = {projects[match.project_id]: reason_in_words(match.shown, match.missing) for match in matches}
        notices.evidence_fits(student, why, at=at)
    Rematch.objects.filter(student_id=student_id, skill_id__in=skills).delete()
    return matches


def fitting(student, skills, at):
    """[Match] not saved yet, best first: what fits, asks for one of these skills, and was not told before.

    A project that has told nobody yet will tell this student with the others.
    """
    if not Candidate.objects.filter(student=student, may_be_told=True).exists():
        return []
    found = for_you.fitting(student, at=at, size=LOOKED_AT)
    near = [row for row in found.rows if row.pk in found.fitting]
    open_to_new = settled([row.pk for row in near])
    room = room_of(student, at)
    told = set(student.matches.filter(project__in=open_to_new).values_list("project_id", flat=True))
    new = [row for row in near if row.pk in open_to_new - told and asks_for(row, skills, found.levels)]
    return [
        Match(student=student, project_id=row.pk, score=row.by % for_you.SCALE / for_you.SCALE, matched_at=at,
              **for_you.fits(row, found))
        for row in new[:room]
    ]  # fmt: skip


def room_of(student, at):
    """How many projects the student may be told of now, and may still be until the caller's transaction ends."""
    hold(student.pk)
    week = Match.objects.filter(student=student, matched_at__gt=at - WEEK).count()
    return max(0, min(SHOWN, settings.MATCH_NOTICES_PER_WEEK - week))


def settled(projects):
    """Those of these ids that are open and told their students before, until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(UNHURRIED + SETTLED, [projects])
        return {pk for (pk,) in cursor}


def asks_for(row, skills, levels):
    """Whether the project asks for one of these skills at a level that is shown."""
    return any(pk in skills and levels.get(pk, 0) >= level for pk, level, _name in row.card["skills"])
