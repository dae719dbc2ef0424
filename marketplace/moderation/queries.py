"""What waits for a moderator, and what was decided last."""

from collections import defaultdict

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Func, Value
from django.db.models.functions import Lower

from engagements.models import Dispute
from marketplace.accounts.models import Organization
from marketplace.moderation.models import Decision, Report
from payments.models import MoneyOperation
from projects.models import Project
from projects.queries import last_returns

SHOWN = 50
STUCK = [MoneyOperation.Status.UNKNOWN.value, MoneyOperation.Status.FAILED.value]  # a person looks why
LEGAL_FORM = r"[^[:alnum:]]+(inc|llc|ltd|limited|co|corp|corporation|company|plc|gmbh|ag|bv|sa)[^[:alnum:]]*$"


def waiting():
    """{projects, reports, organizations, disputes}: the oldest of each, in a fixed number of queries.

    A project has in `returned` the Event of the last time it was sent back, or None; an organization has its
    `namesakes`.
    """
    projects = Project.objects.filter(status=Project.Status.IN_REVIEW).select_related("organization", "field")
    reports = Report.objects.filter(status=Report.Status.OPEN).select_related("reporter", "subject_type")
    unverified = Organization.objects.filter(verified_at=None, suspended_at=None)
    disputes = Dispute.objects.filter(resolved_at=None).select_related("engagement__project", "engagement__student")
    return {
        "projects": _with_returns(list(projects.order_by("submitted_at", "pk")[:SHOWN])),
        "reports": reports.prefetch_related("subject").order_by("created_at", "pk")[:SHOWN],
        "organizations": with_namesakes(list(unverified.order_by("created_at", "pk")[:SHOWN])),
        "disputes": disputes.order_by("due_at", "pk")[:SHOWN],
    }


def _with_returns(projects):
    returns = last_returns(projects)
    for project in projects:
        project.returned = returns.get(project.pk)
    return projects


def with_namesakes(organizations):
    """The same ones, each with `namesakes`: the verified organizations whose name is the same, in two queries."""
    keys = dict(_keyed().filter(pk__in=[row.pk for row in organizations]).values_list("pk", "key"))
    named = defaultdict(list)
    for other in _keyed().filter(key__in=set(keys.values()) - {""}, verified_at__isnull=False).order_by("pk"):
        named[other.key].append(other)
    for row in organizations:
        row.namesakes = [other for other in named[keys[row.pk]] if other.pk != row.pk]
    return organizations


def _keyed():
    """With `key`: the name in lower case without spaces, punctuation and the legal form at its end."""
    name = Func(Lower(F("name")), Value(LEGAL_FORM), Value(""), function="regexp_replace")
    plain = Func(name, Value("[^[:alnum:]]+"), Value(""), Value("g"), function="regexp_replace")
    return Organization.objects.annotate(key=plain)


def numbers():
    """How much waits of each kind: for Home and the front page of the admin."""
    return {
        "projects": Project.objects.filter(status=Project.Status.IN_REVIEW).count(),
        "reports": Report.objects.filter(status=Report.Status.OPEN).count(),
        "disputes": Dispute.objects.filter(resolved_at=None).count(),
        "organizations": Organization.objects.filter(verified_at=None, suspended_at=None).count(),
        "money": MoneyOperation.objects.filter(status__in=STUCK).count(),
    }


def next_dispute_due():
    """When the next open dispute must be decided, or None."""
    return Dispute.objects.filter(resolved_at=None).order_by("due_at").values_list("due_at", flat=True).first()


def last_decision(subject):
    """The last Decision about something, or None. About a Report: the one that settled it."""
    if isinstance(subject, Report):
        found = Decision.objects.filter(report=subject)
    else:
        kind = ContentType.objects.get_for_model(subject)
        found = Decision.objects.filter(subject_type=kind, subject_id=subject.pk)
    return found.select_related("moderator").order_by("-at", "-pk").first()
