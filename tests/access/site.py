"""Rows of the site itself: pages, accounts, notifications, skills, the local tools, and django-allauth's routes."""

from marketplace.accounts.models import Invitation, Membership
from marketplace.notifications.models import Notification
from marketplace.notifications.unsubscribe import unsubscribe_url
from tests import factories
from tests.access.table import SIGN_IN, row


def a_notice(scene):
    scene.notice = Notification.objects.create(
        recipient=scene.student_user, key="x", kind="project.x", title="A notice", created_at=factories.NOW
    )


def an_invitation(scene):
    scene.invitation = Invitation.objects.create(
        organization=scene.organization, email="new@people.example", token_digest="d" * 64,
        invited_by=scene.owner_user, created_at=factories.NOW, expires_at=factories.NOW.replace(year=2099),
    )  # fmt: skip


def a_token(scene):
    return [unsubscribe_url(scene.student_user.pk, ["offer"]).split("/")[-2]]


def slug(scene):
    return [scene.organization.slug]


def skill_slug(scene):
    return [scene.project.competencies.first().skill.slug]


def member_code(scene):
    return [scene.organization.slug, scene.member_user.code]


ORGANIZATION_ONLY = {"visitor": SIGN_IN, "owner": 200, "member": 200, "finance": 200, "suspended": 200}
OWNER_ONLY = {"visitor": SIGN_IN, "owner": 200}
EVERYBODY_SIGNED_IN = {"visitor": SIGN_IN}
STUDENTS = {"visitor": SIGN_IN, "student": 200, "other_student": 200, "suspended": 200}
ORGANIZATION_FORM = {"name": "New Name", "website": "", "place": "", "about": ""}

ROWS = [
    row("landing", 302, visitor=200),
    row("home", 200, **EVERYBODY_SIGNED_IN),
    row("find", 200, query="?q=a", **EVERYBODY_SIGNED_IN),
    row("how_it_works_students", 200),
    row("how_it_works_employers", 200),
    row("about", 200),
    row("terms", 200),
    row("privacy", 200),
    row("healthz", 200),
    row("robots", 200),
    row("sitemaps", 200),
    row("sitemap", 200, args=["pages", 0]),
    row("sitemap", 404, args=["students", 0]),
    row("picture", 200),
    row("organization_picture", 200, args=slug),
    row("project_picture", 200, args=lambda scene: [scene.project.code]),
    row("project_picture", 404, args=lambda scene: [scene.draft.code]),
    row("topics", 200),
    row("skill", 200, args=skill_slug),
    row("skill", 404, args=["no-such-skill"]),
    row("field", 200, args=lambda scene: [scene.project.field.slug]),
    row("field", 404, args=["no-such-field"]),
    row("stylesheet", 200, args=["000000000000"]),
    row("styleguide", 200),
    row("skills:typeahead", 200, query="?q=sql"),
    row("accounts:blocked", 403, visitor=SIGN_IN, student=200, other_student=200, suspended=200),
    row("accounts:self_description", 403, **STUDENTS),
    row("accounts:self_description", 403, method="post", data={"gender": "woman", "consent": "on"}, visitor=SIGN_IN,
        student=302, other_student=302),
    row("accounts:forget_self_description", 403, method="post", visitor=SIGN_IN, student=302, other_student=302,
        suspended=302),
    row("accounts:block_organization", 403, args=lambda scene: [scene.organization.slug], method="post",
        visitor=SIGN_IN, student=302, other_student=302),
    row("accounts:block_student", 403, args=lambda scene: [scene.organization.slug, scene.student.slug], method="post",
        visitor=SIGN_IN, owner=302, member=302),
    row("skills:suggest", 200, method="post", data={"text": "sql"}, visitor=SIGN_IN),
    row("organization", 200, args=slug),
    row("accounts:menu", 200, **EVERYBODY_SIGNED_IN),
    row("accounts:profile", 200, **EVERYBODY_SIGNED_IN),
    row("accounts:profile", 200, method="post", visitor=SIGN_IN, suspended=403),
    row("accounts:start_student", 302, method="post", suspended=403),
    row("accounts:eligibility", 403, **STUDENTS),
    row("accounts:organizations", 200, **EVERYBODY_SIGNED_IN),
    row("accounts:organization_new", 200, visitor=SIGN_IN, suspended=403),
    row("accounts:organization_new", 302, method="post", data=ORGANIZATION_FORM, suspended=403),
    row("accounts:organization_edit", 403, args=slug, **OWNER_ONLY),
    row(
        "accounts:organization_edit", 403, args=slug, method="post", data=ORGANIZATION_FORM,
        visitor=SIGN_IN, owner=302,
    ),
    row("accounts:members", 403, args=slug, **ORGANIZATION_ONLY),
    row(
        "accounts:invite", 403, args=slug, method="post", data={"email": "new@people.example", "role": "member"},
        visitor=SIGN_IN, owner=302,
    ),
    row(
        "accounts:revoke", 403, scene=an_invitation, method="post", visitor=SIGN_IN, owner=302,
        args=lambda scene: [scene.organization.slug, scene.invitation.pk],
    ),
    row("accounts:change_role", 403, args=member_code, method="post", data={"role": Membership.Role.FINANCE},
        visitor=SIGN_IN, owner=302),
    row("accounts:remove", 403, args=member_code, visitor=SIGN_IN, owner=200, member=200),
    row("accounts:remove", 403, args=member_code, method="post", visitor=SIGN_IN, owner=302, member=302),
    row("accounts:invitation", 410, args=["no-such-token"]),
    row("notifications:inbox", 200, **EVERYBODY_SIGNED_IN),
    row("notifications:preferences", 200, **EVERYBODY_SIGNED_IN),
    row("notifications:preferences", 200, method="post", data={"money": "hourly"}, **EVERYBODY_SIGNED_IN),
    row("notifications:try_again", 302, method="post"),
    row("mail_reports", 404, method="post"),
    row("notifications:read_all", 302, method="post"),
    row("notifications:read", 404, scene=a_notice, args=lambda scene: [scene.notice.code], method="post",
        visitor=SIGN_IN, student=302),
    row("notifications:unsubscribe", 200, args=a_token),
    row("notifications:unsubscribe", 200, args=a_token, method="post"),
    row("notifications:unsubscribe", 404, args=["forged"], method="post"),
]  # fmt: skip
