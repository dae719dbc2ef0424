"""Search among what a person has to do with: a student's own things, an organization's projects, applicants and work.

Above every app, because it asks all of them. Of an applicant only what their assessors read anyway is searched: before
the shortlist the letter and the evidence, never a name, an address or what a file was called.
"""

from dataclasses import dataclass
from itertools import pairwise

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from applications.blind import name_of
from applications.models import Application, Evidence
from applications.wording import look_of
from engagements.models import Engagement
from marketplace.accounts.models import Membership
from marketplace.accounts.rules import POSTERS
from projects.models import Project

SHOWN = 10  # of each kind
LETTERS = 100  # of a text that are looked at
WORDS = 6


@dataclass(frozen=True)
class Hit:
    title: str
    url: str
    about: str


@dataclass(frozen=True)
class Found:
    """`more`: there are others than these."""

    label: str
    hits: list
    more: bool

    @property
    def number(self):
        """ "10+" where there are more."""
        return f"{len(self.hits)}+" if self.more else str(len(self.hits))


@login_required
@require_safe
def find(request):
    """`?q=`: every word must be somewhere in it."""
    text = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:LETTERS]
    words = text.split()[:WORDS]
    found = [group for group in searched(request, words) if group.hits] if words else []
    number = sum(len(group.hits) for group in found)
    context = {"text": text, "found": found, "number": number, "more": any(group.more for group in found)}
    return render(request, "home/find.html", context)


def searched(request, words):
    """[Found], those that concern this reader; one query each."""
    user, student = request.user, request.reader.student
    groups = []
    if student is not None:
        groups += [evidence(student, words), applications(student, words), saved(student, words)]
    if request.reader.organizations:
        groups += [projects(request.reader.organizations, words), applicants(user, words)]
    return [*groups, work(user, words)]


def having(words, *fields):
    """A condition: each word in one of these fields."""
    condition = Q()
    for word in words:
        condition &= Q(*((f"{field}__icontains", word) for field in fields), _connector=Q.OR)
    return condition


def called(words, *fields):
    """A condition: "Applicant C", as they are called before the shortlist, and each other word in one of these fields.
    Without such a name, nothing."""
    condition = Q(pk=None)
    for place, (first, second) in enumerate(pairwise(words)):
        if first.lower() == "applicant":
            others = having([*words[:place], *words[place + 2 :]], *fields)
            condition |= Q(label__iexact=second) & others
    return condition


def listed(label, rows, hit):
    rows = list(rows[: SHOWN + 1])
    return Found(label, [hit(row) for row in rows[:SHOWN]], len(rows) > SHOWN)


def evidence(student, words):
    rows = Evidence.objects.filter(having(words, "title", "statement", "proves", "text", "url"), student=student)
    return listed("Evidence", rows.order_by("-created_at", "-pk"), lambda row: Hit(
        row.title, reverse("applications:evidence_edit", args=[row.code]),
        "Archived" if row.archived_at else row.statement,
    ))  # fmt: skip


def applications(student, words):
    rows = student.applications.filter(having(words, "project__title", "project__organization__name"))
    rows = rows.select_related("project__organization", "engagement")
    return listed("Applications", rows.order_by("-created_at", "-pk"), lambda row: Hit(
        row.project.title, row.get_absolute_url(),
        f"{row.project.organization} · {look_of(row, for_student=True)['word']}",
    ))  # fmt: skip


def saved(student, words):
    rows = Project.objects.visible_to(student.user).filter(
        having(words, "title", "organization__name", "brief"), saves__student=student
    )
    return listed("Saved projects", rows.select_related("organization").order_by("-saves__saved_at", "-pk"),
                  lambda row: Hit(row.title, row.get_absolute_url(), row.organization.name))  # fmt: skip


def projects(organizations, words):
    rows = Project.objects.filter(having(words, "title", "brief", "deliverable"), organization__in=organizations)
    return listed("Your projects", rows.select_related("organization").order_by("-created_at", "-pk"),
                  lambda row: Hit(str(row), row.get_absolute_url(), row.get_status_display()))  # fmt: skip


def applicants(user, words):
    """Of the boards that this person may read (applications.rules.may_read_board)."""
    mine = Membership.objects.filter(user=user, role__in=POSTERS).values("organization")
    own = Application.objects.filter(student__user=user).values("project")
    board = Application.objects.filter(project__organization__in=mine, submitted_at__isnull=False)
    board = board.exclude(project__in=own).exclude(status=Application.Status.WITHDRAWN)
    seen = ("label", "approach", "answers__title", "answers__statement", "answers__proves", "answers__text")
    condition = having(words, *seen, "project__title")
    condition |= Q(revealed_at__isnull=False) & having(words, *seen, "project__title", "student__display_name")
    condition |= called(words, *seen, "project__title")
    rows = board.filter(condition).distinct().select_related("project", "student")
    return listed("Applicants", rows.order_by("-project__opened_at", "project", "label", "pk"), lambda row: Hit(
        name_of(row), reverse("applications:applicant", args=[row.code]),
        f"{row.project.title} · {look_of(row, for_student=False)['word']}",
    ))  # fmt: skip


def work(user, words):
    fields = ("project__title", "organization__name", "student__display_name")
    rows = Engagement.objects.visible_to(user).filter(having(words, *fields))
    return listed("Work", rows.select_related("project", "organization", "student").order_by("-accepted_at", "-pk"),
                  lambda row: Hit(row.project.title, row.get_absolute_url(),
                                  f"{row.organization} and {row.student.display_name}"))  # fmt: skip
