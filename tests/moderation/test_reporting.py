"""The page to report something, and the reporter's own page of it."""

import pytest
from django.urls import reverse

from marketplace.moderation import actions
from marketplace.moderation.models import Report
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def path(kind, code):
    return reverse("moderation:report", args=[kind, code])


def test_reporting_a_project_an_organization_and_a_portfolio(client_of, student, other_student, project, organization):
    client = client_of(student)
    for kind, code in (
        ("project", project.code), ("organization", organization.slug), ("student", other_student.student.slug),
    ):  # fmt: skip
        assert client.get(path(kind, code)).status_code == 200
        response = client.post(path(kind, code), {"reason": "misleading", "details": "Not real <b>"})
        page = client.get(response.url).content.decode()
        assert ("Report received" in page, "Not real &lt;b&gt;" in page) == (True, True)
    assert Report.objects.count() == 3


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "reason"),
        ({"reason": "boredom"}, "reason"),
        ({"reason": "other"}, "details"),
        ({"reason": "unpaid", "details": "x" * 2_001}, "details"),
    ],
)
def test_a_report_needs_a_reason(data, field, client_of, student, project):
    response = client_of(student).post(path("project", project.code), data)
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert not Report.objects.exists()


def test_the_reporter_reads_the_decision_and_nobody_else_does(client_of, student, owner, moderator, project):
    report = actions.report(subject=project, by=student, reason="unpaid", at=NOW)
    actions.dismiss_report(report=report, by=moderator, reason="Every hour is paid.", at=NOW)
    page = reverse("moderation:reported", args=[report.code])
    assert "Every hour is paid." in client_of(student).get(page).content.decode()
    assert client_of(owner).get(page).status_code == 404


def test_what_one_may_not_see_one_cannot_report(client_of, student, organization, owner):
    hidden = factories.make_project(status="draft", organization=organization)
    assert client_of(student).post(path("project", hidden.code), {"reason": "unpaid"}).status_code == 404
    assert not Report.objects.exists()
