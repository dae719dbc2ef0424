"""Which students are told about a project, and why. Rules set by people; nobody is rejected by them.

score = Σ weight × level fit × strength over Σ weight, where the weight of a skill is its IDF among students: a rare
skill says more than a common one. The gate: the skills shown at the level asked for carry at least 60 % of the weight.
Who comes nearest is found first (pool.py), then scored and chosen fairly among (fair.py), then told why (telling.py).
"""

from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction

from marketplace.activity.actions import record
from marketplace.db import WAIT_FOR_NO_DISK, lock
from marketplace.errors import InvalidTransition, LimitReached
from projects.matching.fair import choose
from projects.matching.pool import before, find
from projects.matching.scoring import score
from projects.matching.telling import explain, keep, tell
from projects.models import InviteRound, Project

__all__ = ["invite_students", "match_project", "rank_students"]
NOBODY_LEFT = "Everybody who fits has been told, or has had enough notices this week."
TRIES = 3  # at telling all who are chosen, where others tell the same students at the same moment
POOL = 6  # students that are compared, for each that is told


class Overtaken(Exception):
    """Meanwhile others told some of the students who were chosen, and those have had enough this week."""


def choosing_anew(act):
    """Returns act(is_last=…), which runs in a transaction of its own and begins again when it was overtaken."""
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return act(is_last=not left)
        except Overtaken:
            continue  # nothing of it is left, its locks neither; those others are seen now
    raise AssertionError("The last try takes whom it gets.")


def match_project(project, at):
    """Write the matches of an open project with their notifications, and mark it matched, in one transaction.

    A project that takes no applications or is matched already is left alone. Returns the new matches. The commit waits
    for no disk: what a power cut undoes is undone as a whole, and then the sweep finds the project unmatched.
    """
    return choosing_anew(partial(_match, project, at))


def _match(project, at, *, is_last):
    project = lock(Project, project.pk, "organization", local=WAIT_FOR_NO_DISK)
    if not project.accepts_applications(at) or project.matched_at is not None:
        return []
    matches = write(project, at, is_last=is_last)
    Project.objects.filter(pk=project.pk).update(matched_at=at)
    record("project.matched", actor=None, subject=project, at=at, students=len(matches))
    return matches


def invite_students(*, project, by, at):
    """Tell the next best of those who fit that the organization invites them. Returns how many.

    Raises LimitReached after INVITE_ROUNDS, before INVITE_DAYS have passed, and where nobody else fits.
    """
    return choosing_anew(partial(_invite, project, by, at))


def _invite(project, by, at, *, is_last):
    project = lock(Project, project.pk, "organization")
    rounds = list(project.invite_rounds.order_by("number"))
    refuse_invite(project, rounds, at)
    matches = write(project, at, is_invite=True, is_last=is_last)
    if not matches:
        raise LimitReached(NOBODY_LEFT)
    InviteRound.objects.create(project=project, number=len(rounds) + 1, by=by, students=len(matches), at=at)
    record("project.invited", actor=by, subject=project, at=at, students=len(matches))
    return len(matches)


def refuse_invite(project, rounds, at):
    """Raises InvalidTransition or LimitReached where no round may be sent now. `rounds`: those before, in order."""
    if not project.accepts_applications(at):
        raise InvalidTransition("This project takes no applications, so nobody can be invited.")
    if project.matched_at is None:
        raise InvalidTransition("Students are being told of it right now. Invite more in a minute.")
    if len(rounds) >= settings.INVITE_ROUNDS:
        raise LimitReached(f"You have invited {settings.INVITE_ROUNDS} times. More notices would not be read.")
    if rounds and at < invite_again_at(rounds):
        raise LimitReached(
            f"Give those you invited time: invite again {settings.INVITE_DAYS} days after the last time."
        )


def invite_again_at(rounds):
    return rounds[-1].at + timedelta(days=settings.INVITE_DAYS)


def rank_students(project, at, *, so_far=None, is_invite=False):
    """[(student id, score 0–1)], best first: at most one round of those who may still be told; an invite is one more.

    `so_far`: of before(project), where it is known.
    """
    so_far, each = so_far or before(project), settings.MATCH_NOTICES_PER_PLACE * project.places
    places = min(each, each * (1 + so_far.rounds + is_invite) - so_far.told)
    if places <= 0:
        return []
    return choose(score(so_far.asked, find(so_far, at_most=POOL * places), at), places)


def write(project, at, *, is_last, is_invite=False):
    """Write the matches of the students who are chosen, with their notices. Returns the matches.

    Raises Overtaken where some had enough by then, unless it `is_last`.
    """
    so_far = before(project)
    ranked = rank_students(project, at, so_far=so_far, is_invite=is_invite)
    if not ranked:
        return []
    people, matches = explain(project, so_far.asked, ranked, at)
    kept = keep(project, matches, at)
    if len(kept) < len(matches) and not is_last:
        raise Overtaken
    tell(project, people, kept, at, is_invite=is_invite)
    return kept
