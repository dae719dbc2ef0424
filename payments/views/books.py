"""What was earned, what was spent, and the story of one payment."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from engagements.models import Engagement
from engagements.rules import is_its_student
from marketplace.access import get_for_user
from marketplace.accounts.models import Organization
from marketplace.accounts.rules import PAYERS
from marketplace.clock import now
from payments import queries, rules
from payments.documents.queries import documents_about
from payments.standing import line_for_organization, line_for_student
from payments.story import story
from payments.words import hold_reason


@require_GET
@login_required
def overview(request):
    """A student's earnings; whoever is no student goes to the books of their first organization."""
    if request.reader.is_student:
        return earnings(request, request.reader.student)
    books = [membership.organization for membership in request.reader.memberships if membership.role in PAYERS]
    if books:
        return redirect("payments:organization", books[0].slug)
    return render(request, "payments/no_books.html", {"tabs": tabs(request)})


def earnings(request, student):
    rows, after = queries.page_after(queries.earnings_of(student), request.GET.get("after", ""))
    account = queries.payout_account_of(student)
    context = {
        "tabs": tabs(request), "lines": [line_for_student(row) for row in rows], "next_page": next_page(after),
        "totals": queries.totals_of_student(student, now()), "account": account, "reason": hold_reason(account),
        "at": now(),
    }  # fmt: skip
    return render(request, "payments/earnings.html", context)


@require_GET
@login_required
def organization(request, slug):
    """What an organization funded, and where it is. Owner and finance only."""
    found = get_for_user(Organization, request.user, slug=slug, may=rules.may_see_books)
    rows, after = queries.page_after(queries.spending_of(found), request.GET.get("after", ""))
    context = {
        "tabs": tabs(request, found), "organization": found, "next_page": next_page(after),
        "lines": [line_for_organization(row) for row in rows], "totals": queries.totals_of_organization(found),
    }  # fmt: skip
    return render(request, "payments/spending.html", context)


def next_page(code):
    return f"?after={code}" if code else ""


def tabs(request, shown=None):
    """[(label, address, is current)] for a person with more than one set of books."""
    found = [("Your earnings", reverse("payments:overview"), shown is None)] if request.reader.is_student else []
    for membership in request.reader.memberships:
        if membership.role in PAYERS:
            place = membership.organization
            found.append((place.name, reverse("payments:organization", args=[place.slug]), place == shown))
    return found if len(found) > 1 else []


@require_GET
@login_required
def detail(request, code):
    """The money of one engagement, step by step; staff also read operations and ledger."""
    rows = queries.with_money(Engagement.objects.all())
    engagement = get_for_user(rows, request.user, code=code, may=rules.may_see_money)
    is_student = is_its_student(request.user, engagement)
    if is_student and engagement.funded_at is None:
        raise Http404("Nothing was paid for this yet.")
    line = line_for_student(engagement) if is_student else line_for_organization(engagement)
    disputes = engagement.disputes.select_related("opened_by").order_by("opened_at")
    context = {
        "engagement": engagement, "line": line, "is_student": is_student,
        "story": story(engagement, is_student=is_student, disputes=disputes), "disputes": disputes,
        "may_fund": rules.may_fund(request.user, engagement),
        "documents": documents_about(engagement, student=is_student),
    }  # fmt: skip
    if request.user.is_staff:
        context["operations"] = engagement.money_operations.order_by("pk")
        context["ledger"] = engagement.ledger_transactions.prefetch_related("entries__account").order_by("pk")
    return render(request, "payments/detail.html", context)
