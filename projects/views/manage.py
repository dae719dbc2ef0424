"""The organization's own list: by state, with the next step of each project."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from marketplace.accounts.rules import POSTERS, may_post, role_in
from marketplace.clock import now
from marketplace.formatting.templatetags import count
from projects import queries
from projects.models import Project
from projects.sections import SECTIONS, states

PAGE = 20
UNFUNDED = Count("applications", filter=Q(applications__engagement__status="awaiting_funding"))
Status = Project.Status
TABS = {
    "open": ("Open", Q(status=Status.OPEN)),
    "drafts": ("Drafts", Q(status=Status.DRAFT)),
    "review": ("In review", Q(status=Status.IN_REVIEW)),
    "closed": ("Closed", Q(status=Status.CLOSED)),
    "past": ("Cancelled or removed", Q(status__in=[Status.CANCELLED, Status.REMOVED])),
}


@dataclass(frozen=True)
class Row:
    """One project and what to do next: `step` is verb first, `url` does it ("" when there is nothing to do)."""

    project: Project
    step: str
    url: str = ""
    due_at: object = None


@login_required
@require_safe
def manage(request):
    """Every project of the person's organizations. The first tab that holds something is shown."""
    organizations = request.reader.organizations
    if not organizations:
        return render(request, "projects/no_organization.html", {"has_role": False})
    discarded = Q(status=Status.CANCELLED, submitted_at=None)
    mine = Project.objects.filter(organization__in=organizations).exclude(discarded)
    numbers = mine.aggregate(**{name: Count("pk", filter=condition) for name, (_label, condition) in TABS.items()})
    tab = request.GET.get("state")
    if tab not in TABS:
        tab = next((name for name in TABS if numbers[name]), "open")
    chosen = queries.with_counts(mine.filter(TABS[tab][1])).annotate(unfunded_count=UNFUNDED)
    chosen = chosen.with_parts().order_by("-created_at", "-pk")
    page = Paginator(chosen, PAGE).get_page(request.GET.get("page"))
    at = now()
    context = {
        "tabs": [(name, label, numbers[name]) for name, (label, _condition) in TABS.items()], "tab": tab, "page": page,
        "rows": [next_step(project, at, role) for project, role in with_roles(request.reader, page)],
        "several": len(organizations) > 1,
        "is_empty": not sum(numbers.values()), "paused": [row for row in organizations if row.is_paused(at)],
        "may_post": any(may_post(request.user, row) and not row.is_paused(at) for row in organizations),
    }  # fmt: skip
    return render(request, "projects/manage.html", context)


def with_roles(reader, page):
    """[(project, the reader's role)]; None for one to which the reader applied: nobody acts on both sides."""
    applied = queries.applied_among(reader.student, [project.pk for project in page]) if reader.student else set()
    return [
        (project, None if project.pk in applied else role_in(reader.user, project.organization)) for project in page
    ]


def next_step(project, at, role):
    """The Row of one counted project, for somebody in this role."""
    if project.status == Status.DRAFT:
        posts = role in POSTERS
        return draft_step(project, at) if posts else Row(project, "A draft: an owner or a member finishes it.")
    if project.status == Status.IN_REVIEW:
        return Row(project, "A moderator is looking at it. You are told as soon as it opens.")
    if project.status in (Status.CANCELLED, Status.REMOVED):
        return Row(project, project.review_note if project.status == Status.REMOVED else "Nothing to do.")
    return deciding_step(project) if role in POSTERS else paying_step(project, role)


def deciding_step(project):
    """Of an open or closed project, for those who assess."""
    decision, number = queries.next_decision(project), count(project.to_assess_count, "application")
    if decision == "assess":
        return Row(project, f"Assess {number}", board_url(project), project.decisions_due_at)
    if decision == "offer":
        return Row(project, "Make an offer", f"{board_url(project)}?tab=shortlist", project.decisions_due_at)
    return waiting_step(project)


def paying_step(project, role):
    """Of an open or closed project, for those who only pay, or who applied to it."""
    if project.unfunded_count:
        return Row(project, f"Fund {count(project.unfunded_count, 'place')}", reverse_or("engagements:mine", project))
    if project.to_assess_count or project.shortlisted_count:
        why = "You applied to it yourself: a colleague" if role is None else "An owner or a member"
        return Row(project, f"{why} decides on the applications.")
    return waiting_step(project)


def waiting_step(project):
    if project.shortlisted_count:
        return Row(project, f"No place is left to offer; {project.shortlisted_count} on the shortlist.")
    if project.status == Status.OPEN:
        waiting = "No application waits for you." if project.submitted_count else "No applications yet."
        return Row(project, waiting, due_at=project.applications_close_at)
    return Row(
        project, "Every applicant has an answer." if project.submitted_count else "Nobody applied: reopen or copy it."
    )


def draft_step(project, at):
    url = reverse("projects:edit", args=[project.code])
    if project.review_note:
        return Row(project, "Change what the moderator asked for", url)
    done = sum(state == "done" for state in states(project, at).values())
    if done == len(SECTIONS):
        return Row(project, "Preview and submit it", reverse("projects:preview", args=[project.code]))
    return Row(project, f"Finish it: {done} of {len(SECTIONS)} parts done", url)


def board_url(project):
    return reverse_or("applications:board", project, project.code)


def reverse_or(name, project, *args):
    """A page of an app above this one; the project's own without that app."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return project.get_absolute_url()
