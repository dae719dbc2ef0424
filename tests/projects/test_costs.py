"""What a page may cost in queries, however much there is."""

import pytest

from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
FOUND = ["", "?q=survey", "?sort=pay", "?q=survey&skill=sql&pay=200&hours=10-15&where=remote"]
NOT_FOUND = ["?q=survay", "?q=nothinglikeit", "?q=survey&skill=sql&pay=1200&hours=16-24&where=onsite"]


@pytest.mark.parametrize("query", FOUND + NOT_FOUND)
@pytest.mark.parametrize("many", [1, 25])
def test_a_list_takes_three_queries_signed_out_and_six_as_a_student(
    organization, owner, student, client_of, query_count, time_machine, query, many
):
    """A page found, a word mended, nothing found with its ways out."""
    time_machine.move_to(NOW, tick=False)
    for number in range(many):
        factories.make_project(organization=organization, title=f"Survey {number}", skills=["SQL", "Python"], hours=12)
    visitor, path = client_of(None), f"/projects/{query}"
    assert query_count(visitor, path) <= 3
    assert query_count(client_of(student), path) <= 6
    assert ("<h2><a" in visitor.get(path).content.decode()) == (query in FOUND or query == "?q=survay")


def test_a_project_takes_two_queries_signed_out_and_four_as_a_student(
    organization, owner, student, project, client_of, query_count, time_machine
):
    time_machine.move_to(NOW, tick=False)
    for _number in range(4):
        factories.make_project(organization=organization)
        page = project.get_absolute_url()
        assert (query_count(client_of(None), page), query_count(client_of(student), page)) == (2, 4)
