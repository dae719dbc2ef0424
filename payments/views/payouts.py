"""The student's payout account: why, what Stripe asks, where it stands."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from marketplace.access import require
from marketplace.clock import now
from marketplace.errors import DomainError, Unavailable
from payments import actions, rules
from payments.queries import amounts_on_hold, bank_payouts_of, payout_account_of, refused_by_bank
from payments.words import hold_reason, requirement_words


def student_of(request):
    """The signed-in student. 403 for everybody else and for the suspended."""
    require(rules.may_set_up_payouts(request.user), "Payouts are set up by students.")
    return request.user.student


@login_required
@never_cache
def payout_setup(request):
    """Explain and show the state; POST leads to Stripe's form."""
    student = student_of(request)
    if request.method == "POST":
        return to_stripe(request, student)
    account = payout_account_of(student)
    bank_payouts = bank_payouts_of(account) if account else []
    context = {
        "account": account,
        "started": account is not None and account.stripe_id is not None,
        "reason": hold_reason(account),
        "missing": requirement_words(account.requirements) if account else [],
        "on_hold": amounts_on_hold(student),
        "bank_payouts": bank_payouts,
        "refused": refused_by_bank(bank_payouts),
    }
    return render(request, "payments/payout_setup.html", context)


def to_stripe(request, student):
    try:
        return redirect(actions.start_onboarding(student=student, by=request.user, at=now()))
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("payments:payout_setup")


@require_GET
@login_required
@never_cache
def payout_return(request):
    """Where Stripe sends the student back to. Coming here proves nothing: the account is fetched again."""
    account = payout_account_of(student_of(request))
    if account is not None and account.stripe_id:
        try:
            account = actions.sync_account(account.stripe_id, at=now())
        except Unavailable as error:
            messages.warning(request, error.message)
    if account is not None and account.is_ready:
        messages.success(request, "Payouts are set up. Whatever you earn is sent to your bank.")
    return redirect("payments:payout_setup")


@require_GET
@login_required
@never_cache
def payout_refresh(request):
    """The link to Stripe's form had expired or was used: a new one."""
    return to_stripe(request, student_of(request))


@require_POST
@login_required
def payout_dashboard(request):
    """To the student's own Stripe dashboard: bank account, payouts to the bank, tax forms."""
    account = payout_account_of(student_of(request))
    try:
        return redirect(actions.dashboard_link(account=account))
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("payments:payout_setup")
