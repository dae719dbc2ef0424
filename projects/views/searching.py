"""Saved searches of a student: keep one, change it, delete it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.access import get_for_user, require
from marketplace.accounts.rules import in_good_standing
from marketplace.clock import now
from marketplace.errors import DomainError, form_status
from marketplace.notifications.preferences import is_off
from projects import actions, rules
from projects.forms.searching import SavedSearchForm
from projects.models import SavedSearch
from projects.search.filters import parse
from projects.search.saved import canonical, filters_of, filters_of_all, name_of, not_kept
from projects.views.for_you import student_of

GROUP = "search"  # of notices
SUSPENDED = "Your account is suspended: you can read, but not change anything."


@login_required
@require_safe
def searches(request):
    """The newest first; AT_MOST of them, so without pages."""
    rows = list(SavedSearch.objects.filter(student=student_of(request)).order_by("-created_at", "-pk"))
    searches = zip(rows, filters_of_all([row.query for row in rows]), strict=True)
    context = {"searches": list(searches), "is_off": is_off(request.user, GROUP)}
    return render(request, "projects/searches.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def search_new(request):
    """Keep the search that the address asks for."""
    student, query = student_of(request), canonical(request.GET)
    if not query:
        messages.info(request, "Choose a filter or type a word first: then the search can be saved.")
        return redirect("projects:browse")
    filters = filters_of(query)
    known = SavedSearch.objects.filter(student=student, query=query).first()
    if known is not None:
        return redirect("projects:search", known.code)
    form = SavedSearchForm(request.POST if request.method == "POST" else None, initial={"name": name_of(filters)})
    if request.method == "POST" and form.is_valid():
        require(in_good_standing(request.user), SUSPENDED)
        try:
            search = actions.save_search(student=student, filters=filters, query=query, at=now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"“{search}” is saved.")
            return redirect("projects:searches")
    context = {
        "form": form, "filters": filters, "back": f"?{request.GET.urlencode()}", "is_off": is_off(request.user, GROUP),
        "not_kept": not_kept(parse(request.GET, student)),
    }  # fmt: skip
    return render(request, "projects/search_form.html", context, status=form_status(form))


@login_required
@require_http_methods(["GET", "POST"])
def search(request, code):
    """Another name, or another pace."""
    saved = get_for_user(SavedSearch, request.user, code=code)
    initial = {"name": saved.name, "pace": saved.pace}
    form = SavedSearchForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        require(in_good_standing(request.user), SUSPENDED)
        actions.change_search(search=saved, at=now(), **form.cleaned_data)
        messages.success(request, f"“{form.cleaned_data['name']}” is changed.")
        return redirect("projects:searches")
    context = {
        "form": form, "saved": saved, "filters": filters_of(saved.query), "back": f"?{saved.query}",
        "is_off": is_off(request.user, GROUP),
    }  # fmt: skip
    return render(request, "projects/search_form.html", context, status=form_status(form))


@login_required
@require_POST
def search_delete(request, code):
    saved = get_for_user(SavedSearch, request.user, code=code, may=rules.may_change_search)
    actions.delete_search(search=saved)
    messages.success(request, f"“{saved}” is deleted.")
    return redirect("projects:searches")
