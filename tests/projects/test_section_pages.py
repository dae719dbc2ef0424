"""Typing a project: room for long answers, errors that say which row they are about."""

import re

import pytest
from django.urls import reverse

from tests import factories
from tests.projects.test_pages import VALID, section

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(organization, owner):
    return factories.make_project(status="draft", organization=organization)


def test_long_answers_have_room_and_stay_one_paragraph(client_of, owner, draft):
    long = "Every row of the table " * 13
    client = client_of(owner)
    typed = {"criterion_1": long, "deliverable": "One\r\nCSV"}
    client.post(section(draft, "deliverable"), VALID["deliverable"] | typed)
    client.post(section(draft, "competencies"), VALID["competencies"] | {"evidence_1": long})
    page = client.get(section(draft, "deliverable")).content.decode()
    for name, text in (("criterion_1", long.strip()), ("deliverable", "One CSV")):
        assert re.search(rf'<textarea name="{name}"[^>]* class="growing"[^>]*>\s*{text}</textarea>', page)
    page = client.get(section(draft, "competencies")).content.decode()
    assert re.search(rf'<textarea name="evidence_1"[^>]* class="growing"[^>]*>\s*{long.strip()}</textarea>', page)


def test_the_summary_says_which_competency_is_meant(client_of, owner, draft):
    wrong = {"skill_1": "", "evidence_2": "", "skill_3": "Qwertyuiop", "evidence_3": "Show one."}
    page = client_of(owner).post(section(draft, "competencies"), VALID["competencies"] | wrong).content.decode()
    summary = page.partition("error-summary")[2].partition("</ul>")[0]
    for words in ("Competency 1, skill or tool:", "Competency 2, evidence question:", "Competency 3, skill or tool:"):
        assert words in summary
    row = draft.competencies.select_related("skill").order_by("position")[1]
    page = client_of(owner).post(section(draft, "rubric"), {f"good_{row.pk}": "x" * 201}).content.decode()
    assert f"{row.skill}, What good evidence looks like: " in page


def test_starting_says_how_many_parts_there_are(client_of, owner):
    assert "Six short parts" in client_of(owner).get(reverse("projects:new")).content.decode()
