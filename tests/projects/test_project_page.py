"""The page of a project: its terms in a line, and from it back to the list that the reader came from."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db
SAME = "http://testserver"


@pytest.mark.parametrize(
    ("referer", "address", "words"),
    [
        ("", "/projects/", "Open projects"),
        (f"{SAME}/projects/", "/projects/", "Open projects"),
        (f"{SAME}/projects/?q=sql&where=remote", "/projects/?q=sql&amp;where=remote", "Results"),
        (f"{SAME}/projects/for-you/?page=2", "/projects/for-you/?page=2", "For you"),
        (f"{SAME}/projects/saved/", "/projects/saved/", "Saved projects"),
        (f"{SAME}/home/", "/projects/", "Open projects"),
        ("http://evil.example/projects/?q=sql", "/projects/", "Open projects"),
        (f"{SAME}//evil.example/projects/", "/projects/", "Open projects"),
        (f'{SAME}/projects/?q="><script>', "/projects/?q=&quot;&gt;&lt;script&gt;", "Results"),
    ],
)
def test_a_project_leads_back_to_where_the_reader_came_from(client_of, student, project, referer, address, words):
    headers = {"referer": referer} if referer else {}
    for client in (client_of(None), client_of(student)):
        page = client.get(project.get_absolute_url(), headers=headers).content.decode()
        link = page.split('<a class="back" href="', 1)[1].split("</a>", 1)[0]
        assert (link.split('"', 1)[0], link.rsplit(">", 1)[1]) == (address, words)


def test_their_own_project_leads_to_their_list(client_of, owner, project):
    page = client_of(owner).get(project.get_absolute_url(), headers={"referer": f"{SAME}/projects/"}).content.decode()
    assert f'<a class="back" href="{reverse("projects:manage")}">' in page


def test_the_terms_stand_in_a_line_under_the_title(visitor, project):
    page = visitor.get(project.get_absolute_url()).content.decode()
    line = page.split('<p class="project-terms">', 1)[1].split("</p>", 1)[0]
    assert page.index("<h1") < page.index("project-terms") < page.index("What you will deliver")
    assert line.startswith("<b>$480 fixed</b> · about 16 h · Remote · decision by ")
    assert line.endswith(" · 0 of 25 applicants")
