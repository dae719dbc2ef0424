"""The evidence library."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import actions, rules
from applications.forms import EvidenceForm, initial_of
from applications.models import Application, Evidence
from applications.queries import library_of, versions_of, was_sent
from applications.views.trying import attempt, attempt_with_file, posted
from marketplace.access import get_for_user, require
from marketplace.clock import now
from marketplace.files.serving import serve_asked
from marketplace.links.actions import look_again, previews_of

STUDENTS_ONLY = "Only students keep an evidence library."


@login_required
@require_safe
def library(request):
    student = request.reader.student
    require(student is not None, STUDENTS_ONLY)
    archived = request.GET.get("show") == "archived"
    evidence = list(library_of(student, archived=archived))
    previews = previews_of([item.url for item in evidence])
    for item in evidence:
        item.link = previews.get(item.url)
    context = {
        "evidence": evidence,
        "archived": archived,
        "archived_count": student.evidence.filter(archived_at__isnull=False).count(),
        "may_keep": rules.may_keep_library(request.user),
    }
    return render(request, "applications/library.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def evidence_new(request):
    require(request.reader.student is not None, STUDENTS_ONLY)
    require(rules.may_keep_library(request.user))
    form = EvidenceForm(posted(request), request.FILES or None)
    if "fill" in request.POST:
        form = EvidenceForm(initial=form.filled(request.POST["fill"]))
    elif request.method == "POST" and form.is_valid():
        evidence, error = attempt_with_file(
            request, form, actions.add_evidence, student=request.reader.student, skills=form.skills(), **form.item()
        )
        if error is None:
            messages.success(request, f"“{evidence.title}” is in your library.")
            return redirect("applications:library")
    return render(request, "applications/evidence_form.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def evidence_edit(request, code):
    evidence = get_for_user(library_rows(), request.user, code=code, may=rules.may_keep_library)
    came_from = draft_asked_from(request)
    form = EvidenceForm(
        posted(request), request.FILES or None, current=evidence, initial=initial_of(evidence)
    )  # fmt: skip
    if "fill" in request.POST:
        form = EvidenceForm(current=evidence, initial=form.filled(request.POST["fill"]))
    elif request.method == "POST" and form.is_valid():
        _, error = attempt_with_file(
            request, form, actions.edit_evidence, kept=kept_file(form), evidence=evidence, skills=form.skills(),
            **form.item(),
        )  # fmt: skip
        if error is None:
            messages.success(request, f"“{form.cleaned_data['title']}” is saved.")
            return redirect(came_from or "applications:library")
    context = {"form": form, "evidence": evidence, "was_sent": was_sent(evidence), "came_from": came_from}
    return render(request, "applications/evidence_form.html", context, status=422 if form.errors else 200)


def draft_asked_from(request):
    """The page of the student's own draft that asked about AI ("?draft=code&part=2") and waits for the answer."""
    code, part = request.GET.get("draft", ""), request.GET.get("part", "")
    if not (part.isascii() and part.isdecimal() and len(part) < 3):
        return ""
    drafts = Application.objects.filter(student__user=request.user, status=Application.Status.DRAFT)
    return reverse("applications:answer", args=[code, int(part)]) if drafts.filter(code=code).exists() else ""


@login_required
@require_safe
def evidence_versions(request, code):
    """Every version that is the library's or was sent, and the applications that hold it."""
    evidence = get_for_user(library_rows(), request.user, code=code)
    context = {"evidence": evidence, "versions": versions_of(evidence)}
    return render(request, "applications/versions.html", context)


def library_rows():
    return Evidence.objects.select_related("file", "student").prefetch_related("evidence_skills__skill")


def kept_file(form):
    """The file stays unless a link, a text or another file takes its place."""
    replaced = form.cleaned_data["url"] or form.cleaned_data["text"]
    return form.current.file if form.keeps_file and not replaced else None


@login_required
@require_POST
def evidence_archive(request, code):
    evidence = get_for_user(library_rows(), request.user, code=code, may=rules.may_keep_library)
    _, error = attempt(request, actions.archive_evidence, evidence=evidence)
    if error is None:
        messages.success(request, f"“{evidence.title}” is archived. Applications that use it keep their copy.")
    return redirect("applications:library")


@login_required
@require_POST
def evidence_restore(request, code):
    evidence = get_for_user(library_rows(), request.user, code=code, may=rules.may_keep_library)
    _, error = attempt(request, actions.restore_evidence, evidence=evidence)
    if error is None:
        messages.success(request, f"“{evidence.title}” is back in your library.")
    return redirect("applications:library")


@login_required
@require_POST
def evidence_link(request, code):
    """Look again whether the link opens."""
    evidence = get_for_user(library_rows(), request.user, code=code, may=rules.may_keep_library)
    if look_again(evidence.url, at=now()):
        messages.info(request, "We are opening the link again. Reload this page in a minute.")
    else:
        messages.info(request, "The link was opened a moment ago. Try again in a minute.")
    return redirect("applications:library")


@login_required
@require_safe
def library_file(request, code):
    """One's own file, under the name one gave it."""
    evidence = get_for_user(library_rows(), request.user, code=code)
    if evidence.file is None:
        raise Http404("This evidence is not a file.")
    return serve_asked(request, evidence.file)
