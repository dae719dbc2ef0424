"""The list, the workspace, and the small steps taken there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from applications.rules import may_read_board
from engagements import actions, rules
from engagements.cancelling import can_be_cancelled, has_vanished, may_be_released
from engagements.forms import KickoffForm, MessageForm
from engagements.models import Engagement
from engagements.queries import as_seen_by, case_file, could_take_over, file_of, open_order
from engagements.standing import order_standing, standing
from engagements.timeline import timeline
from engagements.views.change_orders import can_be_proposed
from engagements.views.reading import act, act_with_files, context_of, engagement_for
from marketplace.clock import now
from marketplace.files.kinds import MESSAGE
from marketplace.files.serving import serve_asked

PAGE = 20


@require_GET
@login_required
def mine(request):
    """Active or finished engagements in pages of PAGE, newest first; what waits for the reader leads its page."""
    at, finished = now(), request.GET.get("tab") == "finished"
    rows = as_seen_by(request.user, finished=finished)
    last = Engagement.objects.visible_to(request.user).filter(code=request.GET.get("after", "")).first()
    if last is not None:
        rows = rows.filter(accepted_at__lte=last.accepted_at).exclude(accepted_at=last.accepted_at, pk__gte=last.pk)
    found = list(rows[: PAGE + 1])
    after = f"?tab={'finished' if finished else 'active'}&after={found[PAGE - 1].code}" if len(found) > PAGE else ""
    listed = [(row, standing(row, request.user, at), rules.side_of(request.user, row)) for row in found[:PAGE]]
    listed.sort(key=lambda row: not row[1].yours)  # what waits for the reader comes first
    return render(request, "engagements/mine.html", {"rows": listed, "finished": finished, "next_page": after})


@require_GET
@login_required
def workspace(request, code):
    engagement = engagement_for(request, code)
    return workspace_page(request, engagement, MessageForm())


def workspace_page(request, engagement, form, *, status=200):
    """Who may not read the work (finance) gets the status and the money only."""
    at, user = now(), request.user
    context = context_of(engagement, user, at) | {
        "form": form, "sees_books": rules.may_see_books(user, engagement),
        "may_read": rules.may_read_work(user, engagement),
        "may_release": rules.may_judge(user, engagement) and may_be_released(engagement),
        "may_cancel": rules.may_cancel(user, engagement) and can_be_cancelled(engagement, user),
        "may_replace": rules.may_replace(user, engagement) and has_vanished(engagement, at),
        "may_dispute": rules.may_take_part(user, engagement) and engagement.may_become(Engagement.Status.DISPUTED),
        "may_write": rules.may_take_part(user, engagement) and engagement.status != Engagement.Status.CANCELLED,
    }  # fmt: skip
    if engagement.status == Engagement.Status.CANCELLED and may_read_board(user, engagement.project):
        context["runners_up"] = could_take_over(engagement)
    order = open_order(engagement)
    if order is not None:
        order.engagement = engagement
        context |= {"order": order, "order_standing": order_standing(order, user, at)}
    context["may_propose"] = rules.may_judge(user, engagement) and order is None and can_be_proposed(engagement)
    if context["may_read"]:
        context |= case_file(engagement)
        context["entries"] = timeline(engagement, context["messages_sent"], user=user)
        context["shared"] = shared_files(context["deliveries"], context["messages_sent"])
    return render(request, "engagements/workspace.html", context, status=status)


def shared_files(deliveries, messages_sent):
    """Every file of the work once, newest first, with where it comes from."""
    rows = [(stored, f"Version {row.version}", row.delivered_at) for row in deliveries for stored in row.files.all()]
    rows += [(stored, "Message", row.sent_at) for row in messages_sent for stored in row.files.all()]
    return sorted(rows, key=lambda row: row[2], reverse=True)


@require_POST
@login_required
def message(request, code):
    engagement = engagement_for(request, code, may=rules.may_take_part)
    form = MessageForm(request.POST, request.FILES)
    sent = None
    if form.is_valid():
        data = form.cleaned_data
        sent = act_with_files(
            form, actions.send_message, uploads=data["files"], owner=request.user, allowed=MESSAGE, at=now(),
            engagement=engagement, body=data["body"], code=data["code"] or None,
        )  # fmt: skip
    if sent is None:
        return workspace_page(request, engagement, form, status=422)
    return redirect(f"{engagement.get_absolute_url()}?sent={sent.code}#message-{sent.code}")


@login_required
def kickoff(request, code):
    """Criteria, dates and money once more; both sides confirm that they are ready."""
    engagement = engagement_for(request, code, may=rules.may_take_part)
    form = KickoffForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        done = act(form, actions.confirm_kickoff, engagement=engagement, by=request.user, at=now())
        if done is not None:
            other = engagement.organization if rules.is_its_student(request.user, engagement) else engagement.student
            words = "Work has started." if done.kicked_off else f"Confirmed. Work starts when {other} confirms as well."
            messages.success(request, words)
            return redirect(engagement)
    context = context_of(engagement, request.user, now()) | {"form": form}
    context["criteria"] = engagement.project.criteria.order_by("position")
    own = engagement.kickoff_student_at if context["is_student"] else engagement.kickoff_organization_at
    context["confirmed_at"] = own
    return render(request, "engagements/kickoff.html", context, status=422 if form.errors else 200)


@require_GET
@login_required
def file(request, code, file_code):
    """A file of a message or a delivery, for those who may read the work."""
    engagement = engagement_for(request, code, may=rules.may_read_work)
    stored = file_of(engagement, file_code)
    if stored is None:
        raise Http404("No such file.")
    return serve_asked(request, stored)
