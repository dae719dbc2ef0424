"""The public, read-only API of projects. It says what the pages say, and nothing about who applied."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, QueryDict
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from marketplace.accounts.models import Organization
from marketplace.api import problems
from marketplace.clock import now
from marketplace.replica import from_replica
from projects.models import Competency, Project
from projects.queries import clarified, with_counts
from projects.rubric import good_evidence, rubric_of
from projects.search import order
from projects.search.facets import GROUPS
from projects.search.filters import LISTED, MAX_CHOICES, NAMES, parse, unknown, unlisted
from projects.search.order import LABELS
from projects.search.results import search_open
from projects.search.statement import MOST


class OrganizationSerializer(serializers.ModelSerializer):
    verified = serializers.BooleanField(source="is_verified")
    url = serializers.SerializerMethodField()

    class Meta:
        model = Organization
        fields = ["name", "slug", "verified", "url"]

    def get_url(self, organization) -> str:
        return settings.SITE_URL + organization.get_absolute_url()


class CompetencySerializer(serializers.ModelSerializer):
    skill = serializers.CharField(source="skill.name")
    slug = serializers.CharField(source="skill.slug")
    level = serializers.CharField(source="get_level_display")

    class Meta:
        model = Competency
        fields = ["skill", "slug", "level", "evidence_asked"]


class JudgedCompetencySerializer(CompetencySerializer):
    """With how it is judged: from "Not shown" to "Exceeds"."""

    rubric = serializers.SerializerMethodField()
    good_evidence = serializers.SerializerMethodField()
    clarifications = serializers.SerializerMethodField()

    class Meta(CompetencySerializer.Meta):
        fields = [*CompetencySerializer.Meta.fields, "rubric", "good_evidence", "ai_policy", "clarifications"]

    @extend_schema_field(serializers.ListField(child=serializers.CharField(), min_length=4, max_length=4))
    def get_rubric(self, competency):
        return rubric_of(competency)

    def get_good_evidence(self, competency) -> str:
        return good_evidence(competency)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_clarifications(self, competency):
        return [added.text for added in clarified(competency.project, competency)]


class ProjectSerializer(serializers.ModelSerializer):
    """Amounts are integers of minor units of `currency`; times are UTC (RFC 3339)."""

    url = serializers.SerializerMethodField()
    organization = OrganizationSerializer()
    field = serializers.CharField(source="field.name")
    competencies = CompetencySerializer(many=True)
    applicants = serializers.IntegerField(source="live_count", help_text="Live applications; a number, never names.")
    applicants_limit = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields = [
            "code", "url", "status", "title", "field", "organization", "deliverable", "hours", "fee_amount", "currency",
            "places", "is_remote", "place", "opened_at", "applications_close_at", "decisions_due_at", "work_due_on",
            "portfolio_permission", "portfolio_from", "competencies", "applicants", "applicants_limit",
        ]  # fmt: skip

    def get_url(self, project) -> str:
        return settings.SITE_URL + project.get_absolute_url()

    def get_applicants_limit(self, project) -> int:
        return settings.LIVE_APPLICATIONS_PER_PROJECT


class ProjectDetailSerializer(ProjectSerializer):
    competencies = JudgedCompetencySerializer(many=True)
    acceptance_criteria = serializers.SerializerMethodField()

    class Meta(ProjectSerializer.Meta):
        fields = [*ProjectSerializer.Meta.fields, "brief", "acceptance_criteria"]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_acceptance_criteria(self, project):
        return [criterion.text for criterion in project.criteria.all()]


class OptionSerializer(serializers.Serializer):
    value = serializers.CharField()
    text = serializers.CharField(source="label")
    count = serializers.IntegerField(help_text="Projects that it would show, given the other filters.")


class FacetSerializer(serializers.Serializer):
    name = serializers.CharField(help_text="The parameter.")
    text = serializers.CharField(source="label")
    options = OptionSerializer(many=True)


class ProjectPageSerializer(serializers.Serializer):
    count = serializers.IntegerField(help_text=f"Open projects that fit, counted up to {MOST}.")
    count_is_exact = serializers.BooleanField(
        help_text="False: there are more than `count`, and facets count the first."
    )
    corrected = serializers.CharField(
        allow_null=True, help_text="What was searched instead of `q`: nothing is spelled as typed. Null: `q` itself."
    )
    facets = FacetSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ProjectSerializer(many=True)


CHOICES = LISTED | {"sort": [name for name in LABELS if name != "fit"]}


def choice(name, text, *, many=False):
    return OpenApiParameter(name, str, enum=CHOICES[name], description=text, many=many)


@from_replica
@extend_schema(
    operation_id="projects_list",
    summary="Open projects, with the filters of the browse page",
    responses={200: ProjectPageSerializer, **problems(400, 503)},
    parameters=[
        OpenApiParameter("q", str, description="Full-text search"),
        OpenApiParameter("skill", str, many=True, description="Slugs of skills; any of them"),
        OpenApiParameter("field", str, many=True, description="Slugs of fields; any of them"),
        OpenApiParameter("organization", str, many=True, description="Slugs of organizations; any of them"),
        choice("pay", "At least so many major units"),
        choice("hours", "Any of these ranges", many=True),
        choice("within", "Application deadline within so many days"),
        choice("where", "Remote, on site", many=True),
        choice("level", "Highest level asked for; any of these", many=True),
        choice("sort", "Order"),
        OpenApiParameter("after", str, description="Cursor of the page before, as `next` holds it"),
        OpenApiParameter("before", str, description="Cursor of the page after, as `previous` holds it"),
    ],
)
@api_view(["GET", "HEAD"])
@authentication_classes([SessionAuthentication])
@permission_classes([AllowAny])
def project_list(request):
    """Twenty a page; follow `next`, which is a keyset cursor: no page is skipped or repeated while projects open.

    400 with `errors` by parameter for values that are none.
    """
    query, filters = request.GET, parse(request.GET)
    refuse_unknown(query, filters)
    found = search_open(
        filters, at=now(), sort=query.get("sort", ""), after=query.get("after", ""),
        before=query.get("before", ""), alternatives=GROUPS,
    )  # fmt: skip
    projects = with_counts(Project.objects.filter(pk__in=found.ids)).with_card().in_bulk()
    rows = [projects[pk] for pk in found.ids if pk in projects]
    return Response(
        {
            "count": found.total, "count_is_exact": not found.is_more, "corrected": found.corrected or None,
            "facets": FacetSerializer(found.facets, many=True).data, "next": page_url(query, after=found.next),
            "previous": page_url(query, before=found.previous), "results": ProjectSerializer(rows, many=True).data,
        }
    )  # fmt: skip


def refuse_unknown(query, filters):
    """Raises ValidationError for values outside the lists of the schema, slugs of nothing and foreign cursors."""
    errors = {name: [f"Not one of: {', '.join(CHOICES[name])}."] for name in unlisted(query, CHOICES)}
    errors |= {name: [f"Unknown: {', '.join(slugs)}."] for name, slugs in unknown(query, filters).items()}
    errors |= {name: [f"At most {MAX_CHOICES}."] for name in NAMES if len(query.getlist(name)) > MAX_CHOICES}
    sort = order.choose(query.get("sort", ""), has_text=bool(filters.q), student=None)
    for name in ("after", "before"):
        if query.get(name) and order.decode(query[name], sort) is None:
            errors[name] = ["Not a cursor of this order: follow `next` and `previous` as they are."]
    if errors:
        raise serializers.ValidationError(errors)


@from_replica
@extend_schema(
    operation_id="projects_read",
    summary="One open or closed project",
    responses={200: ProjectDetailSerializer, **problems(404, 503)},
)
@api_view(["GET", "HEAD"])
@authentication_classes([SessionAuthentication])
@permission_classes([AllowAny])
def project_detail(request, code):
    """What everybody may read. A project in any other state is not found, whoever asks."""
    project = with_counts(Project.objects.visible_to(AnonymousUser())).with_parts().filter(code=code).first()
    if project is None:
        raise Http404
    return Response(ProjectDetailSerializer(project).data)


def page_url(query, **cursor):
    """The address of another page with the same filters, or None at an end."""
    if not any(cursor.values()):
        return None
    wanted = QueryDict(mutable=True)
    wanted.update(query)
    for name in ("after", "before"):
        wanted.pop(name, None)
    wanted.update(cursor)
    return f"{settings.SITE_URL}{reverse('api:projects')}?{wanted.urlencode()}"
