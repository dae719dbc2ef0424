"""Browse and search, one project, and the student's own list."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from marketplace.access import get_for_user, require
from marketplace.answers import html_or_json
from marketplace.clock import now
from marketplace.formatting.fragments import fragment
from marketplace.redirects import back_to, came_from
from marketplace.replica import from_replica
from projects import actions, around, queries, rules
from projects.cards import cards_of
from projects.models import Project, SavedProject, SavedSearch
from projects.search.addresses import Links, filled, with_query
from projects.search.facets import GROUPS
from projects.search.filters import Filters, as_typed, parse
from projects.search.results import search_open
from projects.search.saved import name_of
from projects.search.suggesting import suggestions
from projects.views.page import page_of


@from_replica
@require_safe
def browse(request):
    """Open projects: search, filters with counts, order, pages. The address keeps only what was chosen."""
    address = without_blanks(request)
    if address != request.get_full_path() and not request.htmx:
        return redirect(address)
    at = now()
    results = results_for(request, at)
    cards = cards_of(results.rows, request.reader, at, levels=results.levels)
    links = Links(request, results.searched)
    saved = address_of_saved(request, links)
    nothing = "" if cards else nothing_found(request, results, links, saved)
    context = {
        "saved": saved, "typed": as_typed(request.GET.get("q", "")),
        "results": results, "cards": cards, "links": links, "nothing": nothing,
        "known": request.user.is_authenticated, "is_student": request.reader.is_student,
    }  # fmt: skip
    body = mark_safe(fragment("projects/_browse.jinja", context, request))  # noqa: S308 - escaped there
    context = {"body": body, "feed": links.feed(), "named": name_of(results.searched)}
    response = render(request, "projects/browse.html", context)
    if request.htmx:
        response["HX-Push-Url"] = address
    return response


def address_of_saved(request, links):
    """The page of this search among those the student saved, or ""."""
    if not links.save:
        return ""
    mine = SavedSearch.objects.filter(student=request.reader.student, query=links.filtered)
    code = mine.values_list("code", flat=True).first()
    return reverse("projects:search", args=[code]) if code else ""


def nothing_found(request, results, links, saved):
    """What an empty page says: which filter is at fault, or that nothing is open."""
    ways_out = [(chip.label, number, links.without(chip)) for chip, number in results.ways_out]
    context = {
        "filtered": results.filters != Filters(), "ways_out": ways_out, "save_url": links.save, "saved": saved,
        "q": results.filters.q, "is_common": results.is_common,
        "needs_evidence": results.filters.fits is not None and not results.levels,
    }  # fmt: skip
    return render_to_string("projects/_nothing.html", context, request)


def without_blanks(request):
    """This address less the parameters a form sends empty."""
    if all(value for values in request.GET.lists() for value in values[1]):
        return request.get_full_path()
    return with_query(request.path, filled(request.GET).urlencode())


@from_replica
@require_safe
def filters(request):
    """The filters as a page of their own, for small screens; by htmx, all options of the one that is named."""
    named = request.GET.get("all") if request.htmx else None
    results = results_for(request, now(), alternatives={named} if named in GROUPS else GROUPS)
    facet = next((facet for facet in results.facets if facet.name == named), None)
    if facet is not None:
        return HttpResponse(fragment("projects/_facet.jinja", {"facet": facet}, request))
    return render(request, "projects/filters.html", {"results": results})


@from_replica
@require_safe
@cache_control(public=True, max_age=60)
def suggest(request):
    """`?q=` what was typed so far. Options as HTML, or JSON for those who ask for it. The same for everybody."""
    skills, titles = suggestions(request.GET.get("q", ""), now())
    data = {
        "skills": [{"name": skill.name, "slug": skill.slug} for skill in skills],
        "projects": [{"code": code, "title": title, "organization": name} for code, title, name in titles],
    }
    return html_or_json(request, "projects/_suggestions.html", {"skills": skills, "titles": titles}, data)


def results_for(request, at, **options):
    query = request.GET
    return search_open(
        parse(query, request.reader.student), at=at, student=request.reader.student, sort=query.get("sort", ""),
        after=query.get("after", ""), before=query.get("before", ""), **options,
    )  # fmt: skip


@from_replica
@require_safe
def detail(request, code):
    """One project as everybody sees it; its organization gets a bar to manage it, a moderator what is to be
    decided about it. A draft shows its preview."""
    project, found = around.read(request.user, code, student=request.reader.student)
    if project.status == Project.Status.DRAFT:
        return redirect("projects:preview", code=code)
    context = page_of(request, project, found, now()) | {"way_back": way_back(request)}
    if project.status == Project.Status.IN_REVIEW and rules.may_open(request.user, project):
        context |= {"moderates": True, "returned": queries.last_returns([project]).get(project.pk)}
    return render(request, "projects/detail.html", context)


def way_back(request):
    """(address, words) of the list that the reader came from; else of all open projects."""
    browse, page = reverse("projects:browse"), came_from(request)
    path, _, asked = page.partition("?")
    lists = {
        browse: "Results" if asked else "Open projects", reverse("projects:for_you"): "For you",
        reverse("projects:saved"): "Saved projects",
    }  # fmt: skip
    return (page, lists[path]) if path in lists else (browse, "Open projects")


@login_required
@require_safe
def saved(request):
    """What this student saved, newest first; closed ones stay until they are taken off."""
    student = request.reader.student
    require(student is not None, "Only students save projects.")
    rows = SavedProject.objects.filter(student=student, project__in=Project.objects.visible_to(request.user))
    ids = list(rows.order_by("-saved_at", "-pk").values_list("project_id", flat=True)[:100])
    cards = queries.cards(ids, student=student, at=now(), organizations=request.reader.organizations)
    return render(request, "projects/saved.html", {"cards": cards})


@login_required
@require_POST
def keep(request):
    """Put the project that `save` names on the student's list, or take off the one that `unsave` names."""
    code = request.POST.get("save")
    project = get_for_user(Project, request.user, code=code or request.POST.get("unsave"), may=rules.may_save)
    if code:
        actions.save_for_later(project=project, student=request.reader.student, at=now())
    else:
        actions.unsave(project=project, student=request.reader.student)
    return back(request, project, saved=bool(code))


def back(request, project, *, saved):
    """The button itself for a request by htmx; else the page the person came from."""
    if request.htmx:
        here = request.POST.get("next", "")
        if request.headers.get("HX-Trigger-Name") == "keep":
            return HttpResponse(fragment("projects/_keep.jinja", {"code": project.code, "is_saved": saved}, request))
        context = {"project": project, "is_saved": saved, "here": here}
        return HttpResponse(fragment("projects/_save.jinja", context, request))
    messages.success(request, "Saved for later." if saved else "Taken off your saved projects.")
    return back_to(request, came_from(request) or project)
