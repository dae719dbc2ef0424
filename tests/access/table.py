"""What a row of the access table is, and the scene that it is asked about.

Every route has a row: who gets which status. The cast is permanent (tests/conftest.py). A row names the default status
and the people who get another one; `visitor` is usually sent to sign in (302).
"""

from dataclasses import dataclass, field
from types import SimpleNamespace

from django.db import connection
from django.urls import reverse

from tests import factories

PEOPLE = [
    "visitor", "student", "other_student", "owner", "member", "finance", "other_owner", "moderator", "suspended",
]  # fmt: skip
SIGN_IN = 302


@dataclass(frozen=True)
class Row:
    """`args` maps the scene to the route's arguments. `data` is POSTed. Denied: 302 to sign in, 403, 404 or 405."""

    name: str
    expected: dict
    args: object = lambda scene: []
    method: str = "get"
    data: object = lambda scene: {}
    query: object = ""  # text, or a function of the scene
    scene: object = field(default=None)  # changes the scene before the question

    @property
    def label(self):
        return f"{self.method} {self.name}{'?…' if callable(self.query) else self.query}"


def row(name, default, *, args=None, method="get", data=None, query="", scene=None, **people):
    """A row whose every person gets `default` but those named. `args` is a function of the scene or a plain list."""
    expected = dict.fromkeys(PEOPLE, default) | people
    wanted = args if callable(args) else (lambda scene: args or [])
    body = data if callable(data) else (lambda scene: data or {})
    return Row(name, expected, wanted, method, body, query, scene)


def build_scene(people):
    """One thing of each kind, belonging to `student` and `organization`: what the rows ask about."""
    organization = people["owner"].memberships.get().organization
    student = people["student"].student
    project = factories.make_project(organization=organization)
    draft = factories.make_project(organization=organization, status="draft", title="A draft")
    application = factories.make_application(project=project, student=student)
    engagement = factories.make_engagement(
        application=factories.make_application(
            project=factories.make_project(organization=organization, status="closed"),
            student=student, status="accepted",
        )
    )  # fmt: skip
    return SimpleNamespace(
        organization=organization, student=student, project=project, draft=draft, application=application,
        evidence=application.answers.first().evidence, competency=project.competencies.first(),
        engagement=engagement, **people_by_name(people),
    )  # fmt: skip


def people_by_name(people):
    return {f"{name}_user": user for name, user in people.items()}


def path_of(wanted, scene):
    query = wanted.query(scene) if callable(wanted.query) else wanted.query
    return reverse(wanted.name, args=wanted.args(scene)) + query


def fingerprint():
    """A digest of every row of our tables: equal means that nothing changed."""
    with connection.cursor() as cursor:
        tables = [
            table
            for table in connection.introspection.table_names(cursor)
            if not table.startswith(("django_", "auth_", "account_", "mfa_", "socialaccount_"))
        ]
        parts = " || ".join(
            f"coalesce((SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {t} t), '')" for t in tables
        )
        cursor.execute(f"SELECT md5({parts})")
        return cursor.fetchone()[0]
