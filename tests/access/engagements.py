"""The work: both sides read and act, finance sees the workspace without the work, moderators read."""

from marketplace.clock import days, now
from tests.access.table import SIGN_IN, row
from tests.engagements.factories import make_change_order, make_stored_file
from tests.factories import make_delivery

STRANGERS = {"visitor": SIGN_IN, "other_student": 404, "other_owner": 404}
READ = STRANGERS | {"student": 200, "owner": 200, "member": 200, "moderator": 200, "finance": 403, "suspended": 200}
SIDES = STRANGERS | {"student": 200, "owner": 200, "member": 200}
TEAM = STRANGERS | {"owner": 200, "member": 200}


def to(status, table):
    """The same table where the page answers with a redirect instead of 200."""
    return {name: status if found == 200 else found for name, found in table.items()}


def code(scene):
    return [scene.engagement.code]


def version(scene):
    return [scene.engagement.code, 1]


def not_kicked_off(scene):
    scene.engagement.kickoff_student_at = scene.engagement.kickoff_organization_at = None
    scene.engagement.save()


def delivered(scene):
    at = now()
    engagement = scene.engagement
    delivery = make_delivery(engagement, delivered_at=at)
    engagement.status, engagement.delivered_at, engagement.review_due_at = "delivered", at, at + days(5)
    engagement.save()
    scene.file = make_stored_file(scene.student_user)
    delivery.files.add(scene.file)


def approved(scene):
    scene.engagement.status, scene.engagement.approved_at = "approved", now()
    scene.engagement.save()


def asked(scene):
    """The organization has proposed a change order, and the student has time to answer."""
    scene.order = make_change_order(scene.engagement, scene.owner_user, answer_due_at=now() + days(1))


def order(scene):
    return [scene.engagement.code, scene.order.code]


def changes(scene):
    first = scene.engagement.project.criteria.order_by("position").first()
    return {f"verdict_{first.pk}": "not_yet", f"comment_{first.pk}": "The map is missing."}


def by_the_student(scene):
    return {"rating": "5", "again": "yes", "text": "Clear and quick."}


MESSAGE = {"body": "Hello there"}
VERSION = {"note": "All of it.", "link": "https://work.example/1"}
PROBLEM = {"problem": "Nothing opens."}
MORE = {"title": "A map", "description": "One more.", "hours": "2", "fee": "60", "extra_days": "0"}
ONE = STRANGERS | {"student": 200}

ROWS = [
    row("engagements:mine", 200, visitor=SIGN_IN),
    row("engagements:workspace", 200, args=code, **STRANGERS),
    row("engagements:kickoff", 403, args=code, scene=not_kicked_off, **SIDES),
    row(
        "engagements:kickoff", 403, args=code, scene=not_kicked_off, method="post", data={"agreed": "on"},
        **to(302, SIDES),
    ),
    row("engagements:message", 403, args=code, method="post", data=MESSAGE, **to(302, SIDES)),
    row("engagements:deliver", 403, args=code, **ONE),
    row("engagements:deliver", 403, args=code, method="post", data=VERSION, **to(302, ONE)),
    row("engagements:delivery", 403, args=version, scene=delivered, **READ),
    row(
        "engagements:request_changes", 403, args=version, scene=delivered, method="post", data=changes,
        **to(302, TEAM),
    ),
    row("engagements:extend_review", 403, args=code, scene=delivered, method="post", **to(302, TEAM)),
    row("engagements:review", 403, args=code, scene=approved, **READ),
    row(
        "engagements:review", 403, args=code, scene=approved, method="post", data=by_the_student,
        **(STRANGERS | {"student": 302, "owner": 422, "member": 422}),
    ),
    row("engagements:propose_change_order", 403, args=code, **TEAM),
    row("engagements:propose_change_order", 403, args=code, method="post", data=MORE, **to(302, TEAM)),
    row("engagements:change_order", 403, args=order, scene=asked, **(READ | {"finance": 200})),
    row("engagements:accept_change_order", 403, args=order, scene=asked, method="post", **to(302, ONE)),
    row("engagements:refuse_change_order", 403, args=order, scene=asked, **ONE),
    row(
        "engagements:refuse_change_order", 403, args=order, scene=asked, method="post", data={"reason": "No time."},
        **to(302, ONE),
    ),
    row("engagements:withdraw_change_order", 403, args=order, scene=asked, method="post", **to(302, TEAM)),
    row("engagements:dispute", 403, args=code, **READ),
    row("engagements:dispute", 403, args=code, method="post", data=PROBLEM, **to(302, SIDES)),
    row(
        "engagements:file", 403, args=lambda scene: [scene.engagement.code, scene.file.code], scene=delivered, **READ
    ),
]  # fmt: skip
