"""Fair exposure: whom to tell among those who fit, so that the same few are not told of everything.

Each notice of the last 30 days costs a little of the score, whoever had enough this week is left out, and a quarter of
the places is for students above the gate who have not completed a project here yet.
"""

from math import ceil, log

from django.conf import settings

TOLD_COSTS = 0.05  # of the score, times log(1 + notices in 30 days)
NEWCOMERS = 0.25  # of the places, at least


def choose(scored, places):
    """[(student id, score)] of at most `places`, best first. Among equals: who was told least, then as they come."""
    ranked = sorted(
        (one for one in scored if one.week < settings.MATCH_NOTICES_PER_WEEK),
        key=lambda one: (-(one.score - TOLD_COSTS * log(1 + one.month)), one.month),
    )
    chosen = ranked[:places]
    missing = ceil(NEWCOMERS * len(chosen)) - sum(one.is_newcomer for one in chosen)
    if missing > 0:
        chosen = _with_newcomers(chosen, [one for one in ranked[places:] if one.is_newcomer][:missing])
    return [(one.student_id, one.score) for one in sorted(chosen, key=lambda one: -one.score)]


def _with_newcomers(chosen, newcomers):
    """The lowest of the others make room."""
    others = [one for one in chosen if not one.is_newcomer]
    leaving = set(others[len(others) - len(newcomers) :])
    return [one for one in chosen if one not in leaving] + newcomers
