"""Where every engagement stands, read a few times a second: what people see when they look at their pages."""

import threading
import time
from datetime import UTC, datetime, timedelta

from django.db import Error, connection
from django.db.models import Max, OuterRef, Subquery

from engagements.models import ChangeOrder, Dispute, Engagement
from marketplace.local.chaos.at_stripe import NotDone
from payments.models import CardDispute, Funding, Payout, Reversal

EVERY = 0.4  # seconds
SHOWN = (
    "code", "status", "fee_amount", "kickoff_student_at", "kickoff_organization_at", "version", "dispute", "charge",
    "card_dispute", "card_dispute_closed_at", "released_amount", "paid_payout", "reversals", "order", "order_status",
    "kickoff_due_at", "funded_at", "replacement_until", "successor", "kept_until",
)  # fmt: skip


class View:
    def __init__(self, site_url, moderator):
        self.site_url, self.moderator = site_url, moderator
        self.rows, self.stopping = {}, threading.Event()
        self.read()
        self.thread = threading.Thread(target=self.watch, name="view", daemon=True)

    def read(self):
        own = {"engagement": OuterRef("pk")}
        paid = Funding.objects.filter(**own, counts=True)
        by_bank = CardDispute.objects.filter(funding__engagement=OuterRef("pk")).order_by("pk")
        orders = ChangeOrder.objects.filter(**own).order_by("-pk")
        after = Engagement.objects.filter(project=OuterRef("project"), pk__gt=OuterRef("pk"))
        rows = Engagement.objects.annotate(
            version=Max("deliveries__version"),
            paid_payout=Subquery(Payout.objects.filter(**own, status="paid").order_by("pk").values("pk")[:1]),
            reversals=Subquery(Reversal.objects.filter(payout__engagement=OuterRef("pk")).values("pk")[:1]),
            dispute=Subquery(Dispute.objects.filter(**own, resolved_at=None).values("pk")[:1]),
            order=Subquery(orders.values("code")[:1]),
            order_status=Subquery(orders.values("status")[:1]),
            successor=Subquery(after.values("code")[:1]),
            kept_until=Subquery(Funding.objects.filter(**own, kept_until__isnull=False).values("kept_until")[:1]),
            charge=Subquery(paid.values("charge_id")[:1]),
            card_dispute=Subquery(by_bank.values("stripe_id")[:1]),
            card_dispute_closed_at=Subquery(by_bank.values("closed_at")[:1]),
        ).values(*SHOWN)
        self.rows = {row["code"]: row for row in rows.order_by("pk")}

    def let_kickoff_pass(self, code):
        """The student stays silent: the time for the kickoff is over, for this engagement alone. Raises NotDone."""
        try:
            unconfirmed = Engagement.objects.filter(code=code, kickoff_student_at=None)
            unconfirmed.update(kickoff_due_at=datetime.now(UTC) - timedelta(hours=1))
        except Error as error:
            raise NotDone(str(error)) from error
        finally:
            connection.close()

    def watch(self):
        while not self.stopping.is_set():
            try:
                self.read()
            except Error:  # the database is away: what was seen last still counts
                connection.close()
                time.sleep(EVERY)
            self.stopping.wait(EVERY)
        connection.close()
