"""Rows of evidence, applications and their assessment."""

from django.utils import timezone

from tests import factories
from tests.access.table import SIGN_IN, row

STUDENTS = {"visitor": SIGN_IN, "student": 200, "other_student": 200, "suspended": 200}
OWN = {"visitor": SIGN_IN, "student": 200}
OWN_MOVES = {"visitor": SIGN_IN, "student": 302}
BOARD = {"visitor": SIGN_IN, "owner": 200, "member": 200, "suspended": 200}
ASSESSORS_MOVE = {"visitor": SIGN_IN, "owner": 302, "member": 302}
# Those who may not know of an application get 404; its student, finance and a moderator know of it and get 403.
STRANGERS = {"other_student": 404, "other_owner": 404}

EVIDENCE = {
    "title": "Queries", "url": "https://work.example/q", "statement": "I wrote them.", "skill_1": "SQL", "level_1": "2",
    "proves": "That I can join tables.", "ai_use": "none",
}  # fmt: skip


def open_project(scene):
    """Open now, not in the tests' own time: pages ask the clock."""
    at = timezone.now()
    for project in (scene.project, scene.application.project):
        type(project).objects.filter(pk=project.pk).update(
            applications_close_at=at + factories.timedelta(days=9), decisions_due_at=at + factories.timedelta(days=14)
        )
    scene.new = factories.make_project(
        organization=scene.organization, applications_close_at=at + factories.timedelta(days=9),
        decisions_due_at=at + factories.timedelta(days=14),
    )  # fmt: skip
    scene.unsent = factories.make_application(project=scene.new, student=scene.student, status="draft")


def of(name):
    """The code of that thing of the scene."""
    return lambda scene: [getattr(scene, name).code]


def scored(scene):
    factories.make_scores(scene.application, scene.owner_user)


def disputed(scene):
    factories.make_scores(scene.application, scene.owner_user, level=3)
    for user in (scene.member_user, scene.suspended_user):
        factories.make_scores(scene.application, user, level=1)


def first_of_application(scene):
    return [scene.application.code, 1]


def first_of_project(scene):
    return [scene.project.code, 1]


def shortlisted(scene):
    scene.application = factories.make_application(
        project=factories.make_project(organization=scene.organization), student=scene.student, status="shortlisted"
    )


def offered(scene):
    at = timezone.now() + factories.timedelta(days=2)
    scene.application = factories.make_application(
        project=factories.make_project(organization=scene.organization), student=scene.student, status="offered",
        offer_expires_at=at,
    )  # fmt: skip


def archived(scene):
    type(scene.evidence).objects.filter(pk=scene.evidence.pk).update(archived_at=factories.NOW)


def with_file(scene):
    from marketplace.files.actions import store_upload
    from marketplace.files.kinds import EVIDENCE as KINDS
    from tests.files import samples

    stored = store_upload(
        upload=samples.upload("a.pdf", samples.pdf()), owner=scene.student_user, allowed=KINDS, at=factories.NOW
    )
    type(scene.evidence).objects.filter(pk=scene.evidence.pk).update(kind="file", url="", file=stored)


def draft_part(scene):
    return [scene.unsent.code, 1]


def score_page(scene):
    return [scene.project.code, 1, scene.application.label]


ROWS = [
    row("applications:mine", 403, **STUDENTS),
    row("applications:library", 403, **STUDENTS),
    row("applications:evidence_new", 403, **STUDENTS | {"suspended": 403}),
    row("applications:evidence_new", 403, method="post", data=EVIDENCE, visitor=SIGN_IN, student=302,
        other_student=302),
    row("applications:evidence_edit", 404, args=of("evidence"), **OWN),
    row("applications:evidence_edit", 404, args=of("evidence"), method="post", data=EVIDENCE, **OWN_MOVES),
    row("applications:evidence_versions", 404, args=of("evidence"), **OWN),
    row("applications:evidence_archive", 404, args=of("evidence"), method="post", **OWN_MOVES),
    row("applications:evidence_restore", 404, args=of("evidence"), method="post", scene=archived, **OWN_MOVES),
    row("applications:evidence_link", 404, args=of("evidence"), method="post", **OWN_MOVES),
    row("applications:library_file", 404, args=of("evidence"), scene=with_file, **OWN),
    row("applications:start", 200, args=of("new"), scene=open_project, visitor=SIGN_IN, student=302, owner=403,
        member=403, finance=403, suspended=403),
    row("applications:start", 200, args=of("new"), scene=open_project, method="post", visitor=SIGN_IN, student=302,
        other_student=302, owner=403, member=403, finance=403, suspended=403),
    row("applications:detail", 404, args=of("application"), **OWN),
    row("applications:edit", 404, args=of("unsent"), scene=open_project, **OWN),
    row("applications:answer", 404, args=draft_part, scene=open_project, **OWN),
    row("applications:answer", 404, args=draft_part, scene=open_project, method="post",
        data=lambda scene: {"choice": scene.evidence.code}, **OWN_MOVES),
    row("applications:choose", 404, args=of("unsent"), scene=open_project, **OWN),
    row("applications:choose", 404, args=of("unsent"), scene=open_project, method="post",
        data={"evidence_1": "later", "evidence_2": "later"}, **OWN_MOVES),
    row("applications:plan", 404, args=of("unsent"), scene=open_project, **OWN),
    row("applications:plan", 404, args=of("unsent"), scene=open_project, method="post",
        data={"approach": "First the missing values.", "is_available": "yes"}, **OWN_MOVES),
    row("applications:check", 404, args=of("unsent"), scene=open_project, **OWN),
    row("applications:submit", 404, args=of("unsent"), scene=open_project, method="post", **OWN_MOVES),
    row("applications:submitted", 404, args=of("application"), **OWN),
    row("applications:withdraw", 404, args=of("application"), **OWN),
    row("applications:withdraw", 404, args=of("application"), method="post", **OWN_MOVES),
    row("applications:offer_view", 404, args=of("application"), scene=offered, **OWN),
    row("applications:offer_decline", 404, args=of("application"), scene=offered, **OWN),
    row("applications:offer_decline", 404, args=of("application"), scene=offered, method="post", **OWN_MOVES),
    row("applications:evidence_file", 302, args=first_of_application, finance=403, **STRANGERS),
    row("applications:board", 403, args=of("project"), **BOARD),
    row("applications:score_next", 403, args=of("project"), **BOARD | {"owner": 302, "member": 302, "suspended": 302}),
    row("applications:score", 403, args=score_page, **BOARD),
    row("applications:score", 403, args=score_page, method="post", data={"level": "2", "justification": "Theirs."},
        **ASSESSORS_MOVE),
    row("applications:calibrate", 403, args=first_of_project, **BOARD),
    row("applications:calibrate", 403, args=first_of_project, method="post", data={"level": "2"}, **ASSESSORS_MOVE),
    row("applications:compare", 403, args=of("project"), **BOARD),
    row("applications:decline_rest", 403, args=of("project"), scene=scored, **BOARD),
    row("applications:decline_rest", 403, args=of("project"), scene=scored, method="post",
        data={"reason": "stronger"}, **ASSESSORS_MOVE),
    row("applications:applicant", 403, args=of("application"), **BOARD, **STRANGERS),
    row("applications:reconcile", 403, args=first_of_application, scene=disputed, **BOARD, **STRANGERS),
    row("applications:reconcile", 403, args=first_of_application, scene=disputed, method="post",
        data={"act": "agreed", "agreed-level": "2", "agreed-reason": "Half is theirs."}, **ASSESSORS_MOVE, **STRANGERS),
    row("applications:shortlist", 403, args=of("application"), scene=scored, **BOARD, **STRANGERS),
    row("applications:shortlist", 403, args=of("application"), scene=scored, method="post", **ASSESSORS_MOVE,
        **STRANGERS),
    row("applications:decline", 403, args=of("application"), scene=scored, **BOARD, **STRANGERS),
    row("applications:decline", 403, args=of("application"), scene=scored, method="post", data={"reason": "stronger"},
        **ASSESSORS_MOVE, **STRANGERS),
    row("applications:offer", 403, args=of("application"), scene=shortlisted, **BOARD, **STRANGERS),
    row("applications:offer", 403, args=of("application"), scene=shortlisted, method="post", **ASSESSORS_MOVE,
        **STRANGERS),
]  # fmt: skip
