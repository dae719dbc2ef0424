"""What search engines are told: what everybody may see, and a job only while somebody can apply."""

import json
import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from marketplace import crawlers
from marketplace.accounts.models import Organization
from marketplace.clock import now
from projects.models import Project
from tests import factories

pytestmark = pytest.mark.django_db

# https://developers.google.com/search/docs/appearance/structured-data/job-posting: required, and the types of its parts
REQUIRED = {"title", "description", "datePosted", "hiringOrganization"}


def addresses(client, url):
    answer = client.get(url)
    assert answer["Content-Type"] == "application/xml"
    found = [element.text for element in ElementTree.fromstring(answer.content).iter() if element.tag.endswith("}loc")]
    assert all(address.startswith("http") for address in found)
    return ["/" + address.split("/", 3)[3] for address in found]


def offered(**fields):
    at = now()
    dates = {"applications_close_at": at + timedelta(days=9), "decisions_due_at": at + timedelta(days=12)}
    return factories.make_project(**dates | fields)


def posting(client, project):
    """The JobPosting of the project's page, or None."""
    html = client.get(project.get_absolute_url()).content.decode()
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    return json.loads(blocks[0]) if blocks else None


def test_sitemaps_name_what_everybody_may_see_and_nothing_else(client):
    organization = factories.make_organization("Acme Analytics")
    project = offered(organization=organization)
    offered(organization=organization, status="draft")
    offered(organization=organization, status="closed")
    hidden = factories.make_organization("Hidden", suspended_at=now())
    offered(organization=hidden)
    suspended = factories.make_organization("Suspended since")
    offered(organization=suspended)
    Organization.objects.filter(pk=suspended.pk).update(suspended_at=now())
    factories.make_organization("Offers nothing")
    index = addresses(client, reverse("sitemaps"))
    named = {address for file in index for address in addresses(client, file)}
    pages = {reverse(name) for name in crawlers.PAGES}
    asked = {reverse("skill", args=[row.skill.slug]) for row in project.competencies.all()}
    topics = asked | {reverse("field", args=[project.field.slug])}
    assert named == pages | topics | {project.get_absolute_url(), organization.get_absolute_url()}
    assert {client.get(address).status_code for address in named} == {200}


def changes(client, url):
    """{address: what the sitemap says of when it changed, or None}"""
    found = {}
    for entry in ElementTree.fromstring(client.get(url).content):
        parts = {element.tag.split("}")[1]: element.text for element in entry}
        found["/" + parts["loc"].split("/", 3)[3]] = parts.get("lastmod")
    return found


def test_an_organization_changed_when_its_newest_project_opened(client):
    organization = factories.make_organization("Acme Analytics", created_at=now() - timedelta(days=90))
    for days in (9, 2, 5):
        offered(organization=organization, opened_at=now() - timedelta(days=days))
    offered(organization=organization, opened_at=now() - timedelta(days=1), status="closed")
    file = reverse("sitemap", args=["organizations", organization.pk // crawlers.SPAN])
    day = (now() - timedelta(days=2)).date().isoformat()
    found = changes(client, file)
    assert list(found) == [organization.get_absolute_url()]
    assert found[organization.get_absolute_url()].startswith(day)
    assert changes(client, reverse("sitemaps"))[file].startswith(day)


def test_spans_of_ids_share_out_the_rows(client, monkeypatch):
    monkeypatch.setattr(crawlers, "SPAN", 2)
    organization = factories.make_organization("Acme Analytics")
    projects = [offered(organization=organization) for _ in range(5)]
    files = [file for file in addresses(client, reverse("sitemaps")) if "projects" in file]
    assert len(files) >= 3
    named = [address for file in files for address in addresses(client, file)]
    assert named == [project.get_absolute_url() for project in projects]
    assert client.get(reverse("sitemap", args=["projects", 10**9])).status_code == 404
    assert client.get("/sitemap-projects-99999999999999999999999.xml").status_code == 404


def test_sitemaps_ask_the_database_the_same_for_any_number(client, django_assert_num_queries):
    organization = factories.make_organization("Acme Analytics")
    for _ in range(2):
        number = offered(organization=organization).pk // crawlers.SPAN
        with django_assert_num_queries(len(crawlers.ROUTES)):
            client.get(reverse("sitemaps"))
        with django_assert_num_queries(1):
            client.get(reverse("sitemap", args=["projects", number]))


def test_robots_leave_out_pages_of_one_person(client, settings):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in lines
    closed = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow")]
    assert "/applications/" in closed
    open_pages = [reverse(name) for name in crawlers.PAGES] + ["/projects/abc/", "/organizations/acme/"]
    assert [page for page in open_pages if any(page.startswith(path) for path in closed)] == []


def test_a_page_has_one_address(client, settings):
    project = offered()
    for url in (project.get_absolute_url() + "?next=1", "/projects/?q=sql", "/"):
        html = client.get(url, follow=True).content.decode()
        assert f'<link rel=canonical href="{settings.SITE_URL}{url.split("?")[0]}">' in html


def test_an_open_project_is_a_job_posting(client, settings):
    project = offered(title="Clean </script><b>data", brief="First & second.\n\n- one\n- two", is_remote=True)
    found = posting(client, project)
    assert found.keys() >= REQUIRED | {"validThrough", "baseSalary", "employmentType", "identifier", "directApply"}
    assert (found["@context"], found["@type"]) == ("https://schema.org", "JobPosting")
    assert found["title"] == "Clean </script><b>data"
    assert "<li>one</li>" in found["description"]
    assert "First &amp; second." in found["description"]
    assert found["datePosted"] == project.opened_at.date().isoformat()
    assert found["validThrough"] == project.applications_close_at.isoformat()
    assert found["hiringOrganization"]["@type"] == "Organization"
    assert found["hiringOrganization"]["name"] == project.organization.name
    assert found["url"] == settings.SITE_URL + project.get_absolute_url()
    assert found["baseSalary"]["value"] == {"@type": "QuantitativeValue", "value": 30.0, "unitText": "HOUR"}
    assert found["baseSalary"]["currency"] == "USD"


def test_a_job_is_somewhere_or_anywhere(client, settings):
    settings.JOB_COUNTRIES = ["US", "CA"]
    remote = posting(client, offered(is_remote=True))
    assert remote["jobLocationType"] == "TELECOMMUTE"
    assert [place["name"] for place in remote["applicantLocationRequirements"]] == ["US", "CA"]
    assert "jobLocation" not in remote
    local = posting(client, offered(is_remote=False, place="Boston"))
    assert "jobLocationType" not in local
    assert local["jobLocation"]["address"] == {
        "@type": "PostalAddress", "addressCountry": "US", "addressLocality": "Boston",
    }  # fmt: skip


def test_where_nobody_can_apply_there_is_no_job(client):
    past = now() - timedelta(hours=1)
    late = offered(applications_close_at=past)
    closed = offered(status="closed")
    assert [posting(client, project) for project in (late, closed)] == [None, None]
    gone = offered()
    Project.objects.filter(pk=gone.pk).update(status="cancelled")
    assert client.get(gone.get_absolute_url()).status_code == 404


def test_a_preview_is_no_job(client):
    draft = offered(status="draft")
    client.force_login(draft.created_by)
    assert "ld+json" not in client.get(reverse("projects:preview", args=[draft.code])).content.decode()
