"""Money: the student sees the own earnings, owner and finance what the organization pays; owner and member approve."""

from marketplace.clock import days, now
from payments.documents import issuing as documents
from tests.access.table import SIGN_IN, row
from tests.engagements.factories import make_change_order, make_dispute, make_proposal
from tests.factories import make_application
from tests.payments.factories import deliver, make_account, make_funding, make_operation, make_payout

READERS = {"student": 200, "owner": 200, "finance": 200, "moderator": 200}
STRANGERS = {"visitor": SIGN_IN, "other_student": 404, "other_owner": 404}


def code(scene):
    return [scene.engagement.code]


def slug(scene):
    return [scene.organization.slug]


def unpaid(scene):
    """The engagement waits for its payment, and a page at Stripe is open for it."""
    engagement = scene.engagement
    engagement.status, engagement.funded_at = "awaiting_funding", None
    engagement.kickoff_student_at = engagement.kickoff_organization_at = None
    engagement.save()
    scene.funding = make_funding(engagement, expires_at=now() + days(1))


def paid(scene):
    scene.funding = make_funding(scene.engagement, status="paid")


def accounts_being_made(scene):
    """Stripe is not asked: the operation that makes the account waits for a person."""
    for user in (scene.student_user, scene.other_student_user):
        make_account(user.student, stripe_id=None, operation=make_operation("account", status="held"))


def delivered(scene):
    paid(scene)
    deliver(scene.engagement)


def not_begun(scene):
    paid(scene)
    scene.engagement.kickoff_student_at = None
    scene.engagement.save()


def to_pay(scene):
    """A change order that the student has accepted."""
    paid(scene)
    at = now()
    scene.order = make_change_order(
        scene.engagement, scene.owner_user, "accepted", answered_at=at, funding_due_at=at + days(5)
    )
    make_funding(
        scene.engagement, change_order=scene.order, amount=13_200, fee_amount=12_000, expires_at=at + days(1)
    )  # fmt: skip


def vanished(scene):
    not_begun(scene)
    scene.engagement.kickoff_due_at = now() - days(1)
    scene.engagement.save()


def disputed(scene):
    """The organization proposes 100 of 480 dollars."""
    paid(scene)
    at = now()
    dispute = make_dispute(scene.engagement, scene.owner_user, opened_at=at, due_at=at + days(10))
    make_proposal(dispute, "organization", scene.owner_user, 10_000, proposed_at=at)


def offered(scene):
    scene.offer = make_application(
        project=scene.project, student=scene.other_student_user.student, status="offered",
        offer_expires_at=now() + days(1),
    )  # fmt: skip


def return_args(scene):
    return [scene.engagement.code, scene.funding.code]


PAY = STRANGERS | {"owner": 200, "finance": 200, "student": 403, "member": 403, "moderator": 403, "suspended": 403}
JUDGE = STRANGERS | {"owner": 200, "member": 200, "student": 403, "finance": 403, "moderator": 403, "suspended": 403}
SIDES = STRANGERS | {"student": 200, "owner": 200, "member": 200, "finance": 403, "moderator": 403, "suspended": 403}
STUDENTS = {"visitor": SIGN_IN, "student": 200, "other_student": 200}


def to(status, table):
    """The same table where the page answers with a redirect instead of 200."""
    return {name: status if found == 200 else found for name, found in table.items()}


OWN = {"visitor": SIGN_IN, "student": 200, "other_student": 200, "suspended": 200}
BOOKS = {"visitor": SIGN_IN, "owner": 200, "finance": 200, "suspended": 200, "moderator": 200}
BILLING = {"visitor": SIGN_IN, "owner": 200, "finance": 200}


def invoiced(scene):
    paid(scene)
    scene.document = documents.issue_for_funding(scene.funding, now())


def advised(scene):
    paid(scene)
    scene.document = documents.issue_for_payout(make_payout(scene.engagement), now())


def year(scene):
    return [scene.organization.slug, 2026]


def month(scene):
    return [*year(scene), 3]


def document_args(scene):
    return [scene.document.code]


ROWS = [
    row("payments:overview", 302, student=200, other_student=200, suspended=200, member=200, moderator=200),
    row("payments:earnings", 403, **to(302, OWN)),
    *[row(f"payments:earnings_{file}", 403, args=[2026], **OWN) for file in ("year", "pdf", "csv")],
    row("payments:organization", 403, args=slug, visitor=SIGN_IN, owner=200, finance=200, suspended=200,
        moderator=200),
    *[
        row(f"payments:{name}", 403, args=document_args, scene=invoiced,
            **(BOOKS | STRANGERS | {"student": 404}))
        for name in ("document", "document_pdf")
    ],
    *[
        row(f"payments:{name}", 404, args=document_args, scene=advised, visitor=SIGN_IN, student=200, moderator=200)
        for name in ("document", "document_pdf")
    ],
    *[row(f"payments:{name}", 403, args=slug, **BOOKS) for name in ("organization_documents", "documents_csv")],
    row("payments:statements", 403, args=slug, **to(302, BOOKS)),
    *[row(f"payments:year_statement{file}", 403, args=year, **BOOKS) for file in ("", "_pdf", "_csv")],
    *[row(f"payments:month_statement{file}", 403, args=month, **BOOKS) for file in ("", "_pdf", "_csv")],
    row("payments:billing", 403, args=slug, **BILLING),
    row("payments:billing", 403, args=slug, method="post", data={"legal_name": "Acme, Inc."}, **to(302, BILLING)),
    row("payments:detail", 403, args=code, scene=paid, **(STRANGERS | READERS | {"suspended": 200})),
    row("payments:fund", 403, args=code, scene=unpaid, **PAY),
    row("payments:fund", 403, args=code, scene=unpaid, method="post", **to(302, PAY)),
    row("payments:fund_return", 403, args=return_args, scene=paid, **PAY),
    row("payments:approve", 403, args=code, scene=delivered, **JUDGE),
    row("payments:approve", 403, args=code, scene=delivered, method="post", data={"version": "1"}, **to(302, JUDGE)),
    row("payments:cancel", 403, args=code, scene=not_begun, **SIDES),
    row(
        "payments:cancel", 403, args=code, scene=not_begun, method="post", data={"reason": "No data yet."},
        **to(302, SIDES),
    ),
    row("payments:fund", 403, args=code, scene=to_pay, query=lambda scene: f"?change_order={scene.order.code}", **PAY),
    row("payments:replace", 403, args=code, scene=vanished, **JUDGE),
    row("payments:replace", 403, args=code, scene=vanished, method="post", **to(302, JUDGE)),
    row("payments:release_part", 403, args=code, scene=delivered, **JUDGE),
    row("payments:release_part", 403, args=code, scene=delivered, method="post", data={"amount": "20"}, **JUDGE),
    row("payments:give_back", 403, args=code, scene=delivered, **to(302, JUDGE | {"finance": 302})),
    row("payments:give_back", 403, args=code, scene=delivered, method="post", **to(302, JUDGE | {"finance": 302})),
    row("payments:propose_split", 403, args=code, scene=disputed, **SIDES),
    row(
        "payments:propose_split", 403, args=code, scene=disputed, method="post", **to(302, SIDES),
        data={"student_amount": "120", "note": "", "step": "send"},
    ),
    row("payments:split_shares", 403, args=code, scene=disputed, query="?student_amount=120", **SIDES),
    row("payments:accept_split", 403, args=code, scene=disputed, **(SIDES | {"owner": 302, "member": 302})),
    row(
        "payments:accept_split", 403, args=code, scene=disputed, method="post", data={"student_amount": "10000"},
        **to(302, SIDES),
    ),
    row(
        "payments:accept_offer", 404, args=lambda scene: [scene.offer.code], scene=offered, method="post",
        visitor=SIGN_IN, other_student=302, owner=403, member=403, finance=403, moderator=403, suspended=403,
    ),
    row("payments:payout_setup", 403, **STUDENTS),
    row("payments:payout_return", 403, **to(302, STUDENTS)),
    row("payments:payout_refresh", 403, scene=accounts_being_made, **to(302, STUDENTS)),
    row("payments:payout_dashboard", 403, method="post", **to(302, STUDENTS)),
    row("payments:payout_dashboard", 405, visitor=405),
    row("stripe_webhook", 405, args=["platform"]),
    row("stripe_webhook", 400, args=["platform"], method="post", data={"id": "evt_forged"}),
    row("stripe_webhook", 404, args=["elsewhere"], method="post", data={"id": "evt_forged"}),
]  # fmt: skip
