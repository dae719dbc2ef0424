"""Pages of saved searches: what they say of themselves is what happens."""

import pytest
from django.urls import reverse

from marketplace.notifications.preferences import choose
from projects.models import SavedSearch
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
SEARCHES, NEW = reverse("projects:searches"), reverse("projects:search_new")


def saved(student, query="q=docks", name="Docks", pace="daily"):
    return SavedSearch.objects.create(
        student=student.student, query=query, name=name, pace=pace, created_at=NOW, told_until=NOW, due_at=NOW
    )


@pytest.mark.parametrize(("paces", "is_off"), [({}, False), ({"search": "weekly"}, False), ({"search": "off"}, True)])
def test_pages_say_when_emails_about_searches_are_turned_off(student, client_of, paces, is_off):
    choose(student, at=NOW, paces=paces)
    search, client = saved(student), client_of(student)
    for path in (SEARCHES, f"{NEW}?q=figma", reverse("projects:search", args=[search.code])):
        page = client.get(path).content.decode()
        assert ("E-mails about saved searches are turned off" in page) == is_off, path
        assert (f'href="{reverse("notifications:preferences")}">Turn the e-mails on' in page) == is_off, path
    listed = client.get(SEARCHES).content.decode()
    assert [words in listed for words in ("Once a day ·", "We write when")] == 2 * [not is_off]
    assert ("No e-mails ·" in listed) == is_off
