"""What was earned, what was spent, and the story of one payment."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from engagements.models import Engagement
from engagements.rules import is_its_student, may_read_work
from marketplace.access import get_for_user
from marketplace.accounts.models import Organization
from marketplace.clock import now
from payments import queries, rules
from payments.documents.queries import documents_about
from payments.filters import narrowed, organization_states, student_states
from payments.standing import amounts_for_organization, amounts_for_student, line_for_organization, line_for_student
from payments.story import story
from payments.words import hold_reason


@require_GET
@login_required
def overview(request):
    """A student's earnings; whoever is no student goes to the books of their first organization."""
    if request.reader.is_student:
        return earnings(request, request.reader.student)
    if request.reader.books:
        return redirect("payments:organization", request.reader.books[0].slug)
    return render(request, "payments/no_books.html")


def earnings(request, student):
    at = now()
    rows, chosen = narrowed(queries.earnings_of(student), student_states(), request.GET, at)
    rows, after = queries.page_after(rows, request.GET.get("after", ""))
    account = queries.payout_account_of(student)
    context = {
        "books": other_books(request), "lines": [line_for_student(row) for row in rows], "after": after,
        "totals": queries.totals_of_student(student, at), "account": account, "reason": hold_reason(account),
        "refused": queries.refused_by_bank(queries.bank_payouts_of(account)) if account else None,
        "at": at, "chosen": chosen,
    }  # fmt: skip
    return render(request, "payments/earnings.html", context)


@require_GET
@login_required
def organization(request, slug):
    """What an organization funded, and where it is. Owner and finance only."""
    found = get_for_user(Organization, request.user, slug=slug, may=rules.may_see_books)
    rows, chosen = narrowed(queries.spending_of(found), organization_states(), request.GET, now())
    rows, after = queries.page_after(rows, request.GET.get("after", ""))
    context = {
        "books": other_books(request, found), "organization": found, "after": after, "chosen": chosen,
        "lines": [line_for_organization(row) for row in rows], "totals": queries.totals_of_organization(found),
    }  # fmt: skip
    return render(request, "payments/spending.html", context)


def other_books(request, shown=None):
    """[(label, address)] of the books that this person may read besides those on the page."""
    found = [("Your earnings", reverse("payments:overview"))] if request.reader.is_student and shown else []
    others = [place for place in request.reader.books if place != shown]
    return found + [(place.name, reverse("payments:organization", args=[place.slug])) for place in others]


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
        "amounts": amounts_for_student(engagement) if is_student else amounts_for_organization(engagement),
        "story": story(engagement, is_student=is_student, disputes=disputes), "disputes": disputes,
        "may_fund": rules.may_fund(request.user, engagement), "may_read": may_read_work(request.user, engagement),
        "may_give_back": line.word == "Held for a runner-up" and rules.may_give_back(request.user, engagement),
        "documents": documents_about(engagement, student=is_student),
    }  # fmt: skip
    if request.user.is_staff:
        context |= queries.behind_the_scenes(engagement)
    return render(request, "payments/detail.html", context)
