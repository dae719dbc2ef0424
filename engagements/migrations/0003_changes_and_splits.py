"""Change orders, split proposals, and how much of the fee was released."""

import django.db.models.deletion
import django.db.models.expressions
import marketplace.db
from django.conf import settings
from django.db import migrations, models


# Until now a dispute gave all or nothing, and an approval released the whole fee.
SAY_WHAT_WAS_DECIDED = """
UPDATE engagements_engagement SET released_amount = fee_amount WHERE status = 'approved';
UPDATE engagements_dispute AS dispute
  SET resolution = 'decided', student_amount = CASE WHEN outcome = 'release' THEN engagement.fee_amount ELSE 0 END
  FROM engagements_engagement AS engagement
  WHERE engagement.id = dispute.engagement_id AND dispute.resolved_at IS NOT NULL;
"""

UNCHANGING = """
CREATE TRIGGER split_proposal_unchanging BEFORE UPDATE OR DELETE ON engagements_splitproposal
  FOR EACH ROW EXECUTE FUNCTION engagements_refuse_change();
"""
CHANGING = "DROP TRIGGER split_proposal_unchanging ON engagements_splitproposal;"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("applications", "0001_initial"),
        ("engagements", "0002_unchanging"),
        ("projects", "0004_spelling"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangeOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status_changed_at", models.DateTimeField(editable=False, null=True)),
                (
                    "code",
                    marketplace.db.CodeField(
                        default=marketplace.db.new_code, editable=False, max_length=16, unique=True
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("accepted", "Accepted"),
                            ("funded", "Funded"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                            ("lapsed", "Lapsed"),
                        ],
                        default="proposed",
                        max_length=9,
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("description", models.TextField(max_length=2000)),
                ("hours", models.PositiveSmallIntegerField()),
                ("fee_amount", models.PositiveBigIntegerField()),
                ("service_fee_amount", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("hourly_floor", models.PositiveIntegerField()),
                ("extra_days", models.PositiveSmallIntegerField(default=0)),
                ("proposed_at", models.DateTimeField()),
                ("answer_due_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("refuse_reason", models.CharField(blank=True, max_length=500)),
                ("funding_due_at", models.DateTimeField(blank=True, null=True)),
                ("funded_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SplitProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(
                        choices=[("student", "By the student"), ("organization", "By the organization")], max_length=12
                    ),
                ),
                ("student_amount", models.PositiveBigIntegerField()),
                ("note", models.CharField(blank=True, max_length=1000)),
                ("proposed_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="dispute",
            name="resolution",
            field=models.CharField(
                blank=True,
                choices=[
                    ("decided", "Decided by a moderator"),
                    ("agreed", "Agreed by both sides"),
                    ("silence", "Settled by silence"),
                ],
                max_length=7,
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="student_amount",
            field=models.PositiveBigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="engagement",
            name="released_amount",
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="engagement",
            name="replacement_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="dispute",
            name="opened_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="dispute",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("release", "The fee goes to the student"),
                    ("refund", "The employer is refunded"),
                    ("split", "The fee is split"),
                ],
                max_length=8,
            ),
        ),
        migrations.RunSQL(SAY_WHAT_WAS_DECIDED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resolved_at", None), ("student_amount", None)),
                    models.Q(("resolution__gt", ""), ("resolved_at__isnull", False), ("student_amount__isnull", False)),
                    _connector="OR",
                ),
                name="dispute_resolution_has_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resolution", "decided"), _negated=True), ("resolved_by__isnull", False), _connector="OR"
                ),
                name="dispute_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="engagement",
            constraint=models.CheckConstraint(
                condition=models.Q(("released_amount__lte", models.F("fee_amount"))),
                name="engagement_released_at_most_fee",
            ),
        ),
        migrations.AddConstraint(
            model_name="engagement",
            constraint=models.CheckConstraint(
                condition=models.Q(("replacement_until", None), ("status", "cancelled"), _connector="OR"),
                name="engagement_replaced_is_cancelled",
            ),
        ),
        migrations.AddField(
            model_name="changeorder",
            name="engagement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="change_orders", to="engagements.engagement"
            ),
        ),
        migrations.AddField(
            model_name="changeorder",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="splitproposal",
            name="dispute",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="engagements.dispute"
            ),
        ),
        migrations.AddField(
            model_name="splitproposal",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="changeorder",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["proposed", "accepted"])),
                fields=("engagement",),
                name="change_order_one_open_per_engagement",
            ),
        ),
        migrations.AddConstraint(
            model_name="changeorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("hours__gte", 1), ("hours__lte", 20)), name="change_order_hours_1_20"
            ),
        ),
        migrations.AddConstraint(
            model_name="changeorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fee_amount__gt", 0),
                    (
                        "fee_amount__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("hours"), "*", models.F("hourly_floor")
                        ),
                    ),
                ),
                name="change_order_fee_at_least_floor",
            ),
        ),
        migrations.AddConstraint(
            model_name="changeorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("extra_days__lte", 45)), name="change_order_extra_days_0_45"
            ),
        ),
        migrations.AddConstraint(
            model_name="changeorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("description__gt", ""), ("title__gt", "")), name="change_order_says_what"
            ),
        ),
        migrations.AddConstraint(
            model_name="changeorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "refused"), _negated=True), ("refuse_reason__gt", ""), _connector="OR"
                ),
                name="change_order_refusal_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="changeorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "accepted"), _negated=True),
                    models.Q(("answered_at__isnull", False), ("funding_due_at__isnull", False)),
                    _connector="OR",
                ),
                name="change_order_accepted_has_clock",
            ),
        ),
        migrations.AddConstraint(
            model_name="changeorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "funded"), _negated=True), ("funded_at__isnull", False), _connector="OR"
                ),
                name="change_order_funded_has_date",
            ),
        ),
        migrations.AddIndex(
            model_name="splitproposal",
            index=models.Index(fields=["dispute", "proposed_at"], name="proposal_by_dispute"),
        ),
        migrations.RunSQL(UNCHANGING, CHANGING),
    ]
