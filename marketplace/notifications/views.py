"""The inbox, the preferences and the one-click unsubscribe."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.clock import now
from marketplace.notifications.actions import mark_read
from marketplace.notifications.bounces import dead_address, note_delivery
from marketplace.notifications.forms import PreferencesForm
from marketplace.notifications.kinds import GROUPS, groups_for
from marketplace.notifications.models import Notification
from marketplace.notifications.preferences import choose, preferences_of, turn_off
from marketplace.notifications.unsubscribe import read_token

PAGE = 30


@login_required
def inbox(request):
    """Needs you first, then updates, newest first, by keyset."""
    mine = Notification.objects.filter(recipient=request.user)
    needs_you = list(mine.filter(needs_action=True, done_at=None).order_by("due_at", "-created_at")[:50])
    updates = mine.exclude(needs_action=True, done_at=None).order_by("-created_at", "-pk")
    before = request.GET.get("before", "")
    if before:
        edge = get_object_or_404(mine, code=before)
        updates = updates.filter(created_at__lte=edge.created_at).exclude(created_at=edge.created_at, pk__gte=edge.pk)
    rows = list(updates[: PAGE + 1])
    context = {"needs_you": [] if before else needs_you, "updates": rows[:PAGE], "before": before}
    context["bounce"] = dead_address(request.user)
    context["more"] = rows[PAGE - 1].code if len(rows) > PAGE else ""
    return render(request, "notifications/inbox.html", context)


@login_required
@require_POST
def read(request, code):
    """Open one: mark it read and go where it leads."""
    notification = get_object_or_404(Notification, recipient=request.user, code=code)
    mark_read(user=request.user, codes=[code], at=now())
    return redirect(notification.url or "notifications:inbox")


@login_required
@require_POST
def read_all(request):
    count = mark_read(user=request.user, at=now())
    messages.success(request, "All marked as read." if count else "There was nothing left to read.")
    return redirect("notifications:inbox")


@login_required
@require_http_methods(["GET", "POST"])
def preferences(request):
    """Which e-mails to send, and when. What must be acted on is always sent, at once."""
    form = PreferencesForm(
        request.POST or None,
        groups=groups_for(is_student=request.reader.is_student, is_employer=request.reader.is_employer),
        preferences=preferences_of([request.user]).get(request.user.pk),
    )
    if request.method == "POST" and form.is_valid():
        choose(request.user, at=now(), **form.choices)
        messages.success(request, "Saved. It holds from the next e-mail on.")
        return redirect("notifications:preferences")
    context = {
        "form": form, "bounce": dead_address(request.user), "cap": settings.EMAILS_PER_DAY,
        "student": request.reader.student,
    }  # fmt: skip
    return render(request, "notifications/preferences.html", context)


@login_required
@require_POST
def try_again(request):
    """The person says that their address takes mail again."""
    note_delivery(request.user.email)
    messages.success(request, f"We send to {request.user.email} again, from the next e-mail on.")
    return redirect("notifications:preferences")


@csrf_exempt
@require_http_methods(["GET", "POST"])
def unsubscribe(request, token):
    """RFC 8058: a POST from the mail program turns the groups off; a GET from a person asks first."""
    try:
        user_id, groups = read_token(token)
    except signing.BadSignature:
        raise Http404("Not one of our links.") from None
    user = get_object_or_404(get_user_model(), pk=user_id)
    names = [GROUPS[group].name for group in groups if group in GROUPS]
    context = {"names": names or ["these notices"], "token": token}
    if request.method == "GET":
        return render(request, "notifications/unsubscribe.html", context)
    turn_off(user, [group for group in groups if group in GROUPS], at=now())
    if request.POST.get("List-Unsubscribe") == "One-Click":
        return HttpResponse("unsubscribed", content_type="text/plain")
    return render(request, "notifications/unsubscribe.html", context | {"done": True})


@csrf_exempt
def mail_reports(request):
    """What the mail service tells of bounces and complaints; anymail checks the secret and reads them (tracking.py)."""
    backend = settings.EMAIL_BACKEND.split(".")
    if backend[0] != "anymail" or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404("No mail service reports here.")
    service = {"mandrill": "mandrill/"}.get(backend[2], f"{backend[2]}/tracking/")
    match = resolve(f"/{service}", "anymail.urls")
    return match.func(request, *match.args, **match.kwargs)
