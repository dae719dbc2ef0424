"""Which students are told about a project, and why. Rules set by people; nobody is rejected by them.

score = Σ weight × level fit × strength over Σ weight, where the weight of a skill is its IDF among students: a rare
skill says more than a common one. The gate: the skills shown at the level asked for carry at least 60 % of the weight.
Who comes nearest is found first (pool.py), then scored and chosen fairly among (fair.py), then told why (telling.py).
"""

from django.conf import settings
from django.db import transaction

from marketplace.activity.actions import record
from marketplace.db import lock
from projects.matching.fair import choose
from projects.matching.pool import asked_of, find
from projects.matching.scoring import score
from projects.matching.telling import explain, reason_in_words, tell
from projects.models import Match, Project

__all__ = ["match_project", "rank_students", "reason_in_words"]
POOL = 6  # students that are compared, for each that is told


@transaction.atomic
def match_project(project, at):
    """Write the matches of an open project with their notifications, and mark it matched, in one transaction.

    A project that takes no applications or is matched already is left alone. Returns the new matches.
    """
    project = lock(Project, project.pk)
    if not project.accepts_applications(at) or project.matched_at is not None:
        return []
    ranked = rank_students(project, at)
    matches = Match.objects.bulk_create(explain(project, ranked, at)) if ranked else []
    if matches:
        tell(project, matches, at)
    project.matched_at = at
    project.save(update_fields=["matched_at"])
    record("project.matched", actor=None, subject=project, at=at, students=len(matches))
    return matches


def rank_students(project, at):
    """[(student id, score 0–1)], best first, at most as many as may still be told about this project."""
    places = settings.MATCH_NOTICES_PER_PLACE * project.places - project.matches.count()
    if places <= 0:
        return []
    asked = asked_of(project)
    pool = find(project, asked, at_most=POOL * places)
    return choose(score(asked, pool, at), places)
