"""A Split for each payout and refund that was decided before there were splits."""

from django.db import migrations
from django.db.models import F


def split_earlier_decisions(apps, schema_editor):
    Funding, Payout, Refund, Split = (
        apps.get_model("payments", name) for name in ("Funding", "Payout", "Refund", "Split")
    )
    for funding in Funding.objects.select_related("engagement"):
        engagement = funding.engagement
        funding.fee_amount, funding.transfer_group = engagement.fee_amount, engagement.code
        funding.save(update_fields=["fee_amount", "transfer_group"])
    for payout in Payout.objects.filter(split=None).select_related("engagement"):
        funding = Funding.objects.get(engagement=payout.engagement, counts=True)
        payout.split = Split.objects.create(
            engagement=payout.engagement, funding=funding, cause="approval", currency=payout.currency,
            held_amount=funding.amount, student_amount=payout.amount,
            service_fee_amount=funding.amount - payout.amount, decided_at=payout.due_at,
        )  # fmt: skip
        payout.save(update_fields=["split"])
        type(payout.engagement).objects.filter(pk=payout.engagement_id).update(released_amount=F("fee_amount"))
    for refund in Refund.objects.filter(split=None, funding__counts=True).select_related("funding__engagement"):
        refund.split = Split.objects.create(
            engagement=refund.funding.engagement, funding=refund.funding, cause="cancellation",
            currency=refund.currency, held_amount=refund.funding.amount, refund_amount=refund.amount,
            decided_at=refund.due_at,
        )  # fmt: skip
        refund.save(update_fields=["split"])


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_splits_and_reconciliation")]

    operations = [migrations.RunPython(split_earlier_decisions, migrations.RunPython.noop)]
