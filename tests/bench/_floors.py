"""What pages are measured against, in the same server: the plainest list and detail that Django's templates make.

F, the list: one indexed query, 20 rows with their organization, a template of about the size of a page of results.
D, the detail: one query, every plain value of one project. Both run through the whole middleware, and for a reader who
is signed in the person is read as for every page.
"""

from pathlib import Path

from django.http import HttpResponse
from django.template import engines
from django.urls import include, path

from projects.models import Project

HERE = Path(__file__).parent
templates = {name: engines["django"].from_string((HERE / f"floor_{name}.html").read_text())
             for name in ("list", "detail")}  # fmt: skip


def floor_list(request):
    newest = Project.objects.filter(status="open").select_related("organization").order_by("-opened_at", "-pk")
    return page("list", request, {"projects": newest[:20]})


def floor_detail(request, code):
    return page("detail", request, {"project": Project.objects.select_related("organization").get(code=code)})


def page(name, request, context):
    return HttpResponse(templates[name].render(context, request))


urlpatterns = [
    path("floor/", floor_list),
    path("floor/<str:code>/", floor_detail),
    path("", include("marketplace.urls")),
]
