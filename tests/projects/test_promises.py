"""What an organization reads about its decision dates: those that lapsed, and those that were promised."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


def test_a_paused_organization_reads_so_before_it_writes_a_project(client_of, owner, organization):
    pages = [reverse("projects:manage"), reverse("projects:new")]
    client, words = client_of(owner), f"{organization.name} cannot post before"
    assert not any(words in client.get(page).text for page in pages)
    organization.posting_paused_until = NOW + timedelta(days=30)
    organization.save()
    assert all(words in client.get(page).text for page in pages)
    organization.posting_paused_until = NOW
    organization.save()
    assert not any(words in client.get(page).text for page in pages)


def test_the_page_to_reopen_keeps_the_date_of_who_waits(client_of, owner, organization):
    project = factories.make_project(
        status="closed", organization=organization, decisions_due_at=NOW + timedelta(days=11)
    )
    factories.make_application(project=project)
    response = client_of(owner).get(reverse("projects:reopen", args=[project.code]))
    assert "1 application to decide" in response.text
    assert response.context["form"].initial["decisions_due_on"] == (NOW + timedelta(days=11)).date()
