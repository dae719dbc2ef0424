"""Report something; see one's report; the staff queue."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.access import get_for_user, require
from marketplace.clock import now
from marketplace.moderation import actions, queries, rules
from marketplace.moderation.forms import ReportForm
from marketplace.moderation.models import Report
from marketplace.moderation.subjects import SUBJECTS
from projects.views.posted import posted

SUSPENDED = "Your account is suspended: you can read, but not report."


@login_required
@require_http_methods(["GET", "POST"])
def report(request, kind, code):
    """What is wrong with this? Nobody but moderators learns who asked."""
    if kind not in SUBJECTS:
        raise Http404("Nothing of this kind can be reported.")
    model, lookup, name = SUBJECTS[kind]
    subject = get_for_user(model, request.user, **{lookup: code})
    require(rules.may_report(request.user), SUSPENDED)
    form = ReportForm(posted(request))
    if request.method == "POST" and form.is_valid():
        made = actions.report(subject=subject, by=request.user, at=now(), **form.cleaned_data)
        return redirect("moderation:reported", made.code)
    context = {"form": form, "subject": subject, "name": name}
    return render(request, "moderation/report.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def reported(request, code):
    """The reporter's own report: received, or what was decided and why."""
    found = get_object_or_404(Report, code=code, reporter=request.user)
    decision = found.decisions.filter(action__startswith="report.").first()
    return render(request, "moderation/reported.html", {"report": found, "decision": decision})


@login_required
@require_safe
def queue(request):
    """Everything that waits for a moderator, oldest first. Each decision opens its page in the admin."""
    require(rules.may_moderate(request.user), "Only moderators see this.")
    return render(request, "moderation/queue.html", queries.waiting())
