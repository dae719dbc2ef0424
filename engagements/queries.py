"""Reads that more than one caller needs."""

from functools import cache

from django.conf import settings
from django.db.models import Case, Count, Exists, OuterRef, Prefetch, Q, Subquery, When

from applications.models import Application
from applications.queries import places_left as places_to_offer
from applications.queries import runners_up_of
from engagements.models import (
    ChangeOrder,
    Delivery,
    Dispute,
    Engagement,
    Message,
    Review,
    SplitProposal,
    VerifiedCompetency,
)
from marketplace.accounts.models import Membership, Organization
from marketplace.accounts.rules import POSTERS
from marketplace.clock import days

FINISHED = [Engagement.Status.APPROVED, Engagement.Status.CANCELLED]


def places_left(project):
    """How many engagements the project can still take; a cancelled one frees its place."""
    taken = Engagement.objects.filter(project=project).exclude(status=Engagement.Status.CANCELLED).count()
    return max(project.places - taken, 0)


def could_take_over(engagement):
    """How many runners-up may be offered the place that a cancelled engagement left; None where none is free."""
    project = engagement.project
    return runners_up_of(project).count() if project.is_running and places_to_offer(project) else None


def as_seen_by(user, *, finished=None):
    """The engagements this person takes part in, as list rows. `finished`: True, False or None for all."""
    ours = Q(organization__in=Organization.objects.of_member(user))
    rows = with_turn().filter(Q(student__user_id=user.pk) | ours)
    if finished is not None:
        rows = rows.filter(status__in=FINISHED) if finished else rows.exclude(status__in=FINISHED)
    return rows.order_by("-accepted_at", "-pk")


@cache
def with_turn():
    """Engagements with what a list row, a next action and the status line need, without one query per row.

    Put together once a process, which takes as long as asking it; whoever filters it works on a copy.
    """
    latest = Delivery.objects.filter(engagement=OuterRef("pk")).order_by("-version")
    latest_message = Message.objects.filter(engagement=OuterRef("pk")).order_by("-sent_at", "-pk")
    mine = Review.objects.filter(engagement=OuterRef("pk"))
    disputes = Dispute.objects.filter(engagement=OuterRef("pk"), resolved_at=None)
    proposals = newest_unanswered().filter(dispute__engagement=OuterRef("pk"))
    by_student = Message.objects.filter(engagement=OuterRef("pk"), author=OuterRef("student__user")).order_by(
        "-sent_at"
    )
    taken_over = Application.objects.filter(
        project=OuterRef("project"), offered_at__gte=OuterRef("cancelled_at"), status__in=["offered", "accepted"]
    )
    payouts = worst_payout()
    return Engagement.objects.with_people().annotate(
        latest_version=Subquery(latest.values("version")[:1]),
        last_message_at=Subquery(latest_message.values("sent_at")[:1]),
        payout_status=Subquery(payouts.values("status")[:1]),
        payout_paid_at=Subquery(payouts.values("paid_at")[:1]),
        payout_hold=Subquery(payouts.values("hold_reason")[:1]),
        payout_waits_for_student=Subquery(payouts.values("waits_for_student")[:1]),
        dispute_due_at=Subquery(disputes.values("due_at")[:1]),
        proposal_side=Subquery(proposals.values("side")[:1]),
        proposal_amount=Subquery(proposals.values("student_amount")[:1]),
        proposed_at=Subquery(proposals.values("proposed_at")[:1]),
        student_wrote_at=Subquery(by_student.values("sent_at")[:1]),
        is_taken_over=Exists(taken_over),
        is_being_paid=being_paid(engagement=OuterRef("pk"), change_order=None),
        was_paid_late=has_payment(engagement=OuterRef("pk"), paid_at__isnull=False, counts=False),  # and goes back
        student_reviewed_at=Subquery(mine.filter(side=Review.Side.STUDENT).values("written_at")[:1]),
        organization_reviewed_at=Subquery(mine.filter(side=Review.Side.ORGANIZATION).values("written_at")[:1]),
    )


def open_orders_of(user):
    """The open change orders of the engagements this person takes part in or pays for, with what is told of them."""
    ours = Q(engagement__organization__in=Organization.objects.of_member(user))
    rows = ChangeOrder.objects.filter(Q(engagement__student__user_id=user.pk) | ours, status__in=ChangeOrder.OPEN)
    rows = rows.select_related("engagement__project", "engagement__student", "engagement__organization")
    return with_payment(rows).order_by("proposed_at", "pk")


def open_order(engagement):
    """The one open change order with what is told of it, or None."""
    return with_payment(engagement.change_orders.filter(status__in=ChangeOrder.OPEN)).first()


def with_payment(orders):
    """Annotate whether a change order is being paid."""
    return orders.annotate(is_being_paid=being_paid(change_order=OuterRef("pk")))


def has_payment(**asked):
    """Whether the outer row has such a payment. By name only: payments stand above this app."""
    return Exists(Engagement._meta.get_field("fundings").related_model.objects.filter(**asked))


def being_paid(**asked):
    """Whether a bank is working on a payment for the outer row."""
    return has_payment(status="processing", **asked)


def is_being_paid(engagement):
    """Whether a bank is working on a payment for it or for a change order of it. By name only, as above."""
    return engagement.fundings.filter(status="processing").exists()


def worst_payout():
    """The payout of the outer engagement that is furthest from the student: held, then due, then paid.

    By name only, because payments stand above this app.
    """
    rows = Engagement._meta.get_field("payouts").related_model.objects.filter(engagement=OuterRef("pk"))
    worst = Case(When(status="held", then=0), When(status="due", then=1), default=2)
    return rows.order_by(worst, "-pk")


def case_file(engagement):
    """Everything of one engagement, in a constant number of queries: for the workspace and the moderators' case."""
    deliveries = engagement.deliveries.select_related("change_request__requested_by")
    messages = engagement.messages.select_related("author").prefetch_related("files")
    return {
        "criteria": list(engagement.project.criteria.order_by("position")),
        "deliveries": list(
            deliveries.prefetch_related("files", "change_request__items__criterion").order_by("-version")
        ),
        "messages_sent": list(messages.order_by("sent_at", "pk")),
        "change_orders": list(engagement.change_orders.order_by("-proposed_at", "-pk")),
        "disputes": list(engagement.disputes.select_related("opened_by", "resolved_by").order_by("opened_at")),
    }


def name_of(user, engagement):
    """What the other side reads: the student's chosen name, a colleague's full name, never an address."""
    if user is None:
        return "The clock"
    if user.pk == engagement.student.user_id:
        return engagement.student.display_name
    if user.is_staff:
        return "A moderator"
    return user.name or engagement.organization.name


def named_for(reader, user, engagement):
    """The same as `reader` reads it: "You" of themselves. `reader`: None for nobody in particular."""
    return "You" if reader and user and user.pk == reader.pk else name_of(user, engagement)


def team_of(engagement, roles=POSTERS):
    """The people of the organization in these roles (by default those who may judge), never the student."""
    rows = Membership.objects.filter(organization_id=engagement.organization_id, role__in=roles)
    rows = rows.exclude(user_id=engagement.student.user_id)
    return [row.user for row in rows.select_related("user").order_by("created_at", "pk")]


def file_of(engagement, code):
    """The ready file with this code among the messages and deliveries of the engagement, or None."""
    for rows in (Delivery.objects, Message.objects):
        link = rows.filter(engagement=engagement, files__code=code, files__state="ready").first()
        if link is not None:
            return link.files.get(code=code)
    return None


def reviews_for(engagement, side):
    """(own review or None, the other side's published review or None): what this side may read, ever."""
    rows = {row.side: row for row in engagement.reviews.select_related("author").prefetch_related(
        "competencies__competency__skill"
    )}  # fmt: skip
    own = rows.pop(side, None)
    other = next(iter(rows.values()), None) if side else None
    return own, (other if other is not None and other.published_at is not None else None)


def published_reviews():
    """What anybody may read: nothing before both are in or the double-blind time is over."""
    return Review.objects.filter(published_at__isnull=False)


def published_reviews_of(organization):
    """The students' published reviews of an organization, newest first, with what a page shows."""
    rows = published_reviews().filter(side=Review.Side.STUDENT, engagement__organization=organization)
    return rows.select_related("engagement__project").order_by("-published_at", "-pk")


def published_reviews_about(student):
    """The organizations' published reviews of a student, newest first, competencies joined."""
    verified = VerifiedCompetency.objects.select_related("competency__skill").order_by("competency__position")
    rows = published_reviews().filter(side=Review.Side.ORGANIZATION, engagement__student=student)
    rows = rows.select_related("engagement__project", "engagement__organization")
    return rows.prefetch_related(Prefetch("competencies", verified)).order_by("-published_at", "-pk")


def rating_of(reviews):
    """{count, average, again}: the plain figures of published reviews; nothing is weighted or hidden."""
    rows = reviews.order_by().values_list("rating", "again")
    ratings = [rating for rating, _again in rows]
    if not ratings:
        return {"count": 0, "average": None, "again": 0}
    return {
        "count": len(ratings),
        "average": round(sum(ratings) / len(ratings), 1),
        "again": sum(1 for _rating, again in rows if again),
    }


def change_rounds(engagement):
    """How many change requests this engagement has had."""
    return engagement.change_requests.aggregate(count=Count("pk"))["count"]


def newest_proposals(dispute):
    """{side: its newest SplitProposal}: the ones that count."""
    return {row.side: row for row in dispute.proposals.select_related("proposed_by").order_by("pk")}


def disputes_of(engagement):
    """Newest first, each with its proposals in their order: for the page that both sides read."""
    talks = Prefetch("proposals", SplitProposal.objects.select_related("proposed_by").order_by("-pk"))
    rows = engagement.disputes.select_related("opened_by", "resolved_by").prefetch_related(talks)
    return list(rows.order_by("-opened_at"))


def unanswered(dispute):
    """The newest proposal of all, which the other side has not answered; None before the first."""
    return dispute.proposals.order_by("-pk").first()


def agreed_amount(dispute):
    """What both sides' newest proposals give the student, or None while they differ."""
    amounts = [row.student_amount for row in newest_proposals(dispute).values()]
    return amounts[0] if len(amounts) == 2 and amounts[0] == amounts[1] else None


def newest_unanswered():
    """The newest SplitProposal of every open dispute: the one that waits for an answer."""
    newer = SplitProposal.objects.filter(dispute=OuterRef("dispute"), pk__gt=OuterRef("pk"))
    return SplitProposal.objects.filter(~Exists(newer), dispute__resolved_at=None)


def silent_disputes(at):
    """Open disputes whose newest proposal has waited for SPLIT_SILENCE_DAYS: settle_silent looks again."""
    waited = newest_unanswered().filter(proposed_at__lte=at - days(settings.SPLIT_SILENCE_DAYS))
    return Dispute.objects.filter(pk__in=waited.values("dispute")).order_by("pk")
