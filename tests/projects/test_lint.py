"""The lint as a table: what is flagged and what is not."""

import pytest

from projects.lint import lint_project, lint_text
from tests import factories

FLAGGED = [
    ("This is an unpaid internship.", "unpaid"),
    ("You will work pro bono for our community.", "unpaid"),
    ("We only pay if we like the result.", "unpaid"),
    ("You get course credit only.", "unpaid"),
    ("Please complete a short test task before the interview.", "bespoke_task"),
    ("With your application, design a logo for us.", "bespoke_task"),
    ("Send us a mock-up for our homepage.", "bespoke_task"),
    ("There will be a trial day.", "bespoke_task"),
    ("You will be working with children at our club.", "vulnerable_people"),
    ("Tutor two pupils in mathematics.", "vulnerable_people"),
    ("Some patient contact is needed.", "vulnerable_people"),
    ("Bring gloves for the power tools.", "dangerous"),
    ("You will be working at height.", "dangerous"),
    ("This may lead to a full-time job.", "employment"),
    ("Monday to Friday, nine to five.", "employment"),
    ("A monthly retainer for ongoing support.", "employment"),
    ("We pay you directly via PayPal.", "off_platform"),
    ("There is a registration fee of $20.", "off_platform"),
    ("Write to jobs@acme.example first.", "contact_details"),
    ("Call +1 (415) 555-0134 for details.", "contact_details"),
    ("Join our WhatsApp group.", "contact_details"),
    ("Include your résumé.", "personal_facts"),
    ("State your GPA.", "personal_facts"),
    ("Female only.", "personal_facts"),
]
CLEAN = [
    "No unpaid test tasks here: every hour is paid.",
    "We never ask for a trial project.",
    "Compare 12,000 rows of 2023-2024 with 2025-01-31.",
    "Interview eight adults about our shop; you may do it by video.",
    "Write the tests for our import script and draft a README.",
    "A dashboard for the children's book section of a shop.",
    "We pay the fee through this site before you start.",
    "The map covers 3,500 polling stations at 51.0543, 3.7174.",
    "Version 10.4.2 of the library, ISBN 978 in the file name.",
    "",
]


@pytest.mark.parametrize(("text", "code"), FLAGGED)
def test_flagged(text, code):
    found = lint_text(text, "outcome")
    assert [flag.code for flag in found] == [code]
    assert found[0].excerpt.lower() in text.lower()
    assert found[0].where == "outcome"
    assert found[0].message.endswith(".")


@pytest.mark.parametrize("text", CLEAN)
def test_not_flagged(text):
    assert lint_text(text) == []


@pytest.mark.django_db
def test_every_text_of_a_project_is_read():
    project = factories.make_project(status="draft", brief="An unpaid project.", deliverable="Meet us on site")
    project.criteria.filter(position=0).update(text="You passed the test task")
    project.competencies.filter(position=0).update(evidence_asked="State your GPA")
    found = {(flag.where, flag.code) for flag in lint_project(project)}
    assert found == {("outcome", "unpaid"), ("deliverable", "bespoke_task"), ("competencies", "personal_facts")}
