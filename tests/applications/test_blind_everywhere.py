"""Blind in every surface: each route of the site, asked as each member of the organization, and the admin as well.

The applicant's name, school, e-mail and photograph are planted in every field and every file property that an
applicant fills without meaning an assessor to read it.
"""

import html

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, reverse

from applications import actions
from marketplace.activity.actions import record
from marketplace.files.actions import store_upload
from marketplace.files.kinds import EVIDENCE
from marketplace.files.previews import draw_next
from tests import factories
from tests.access.table import build_scene, path_of
from tests.factories import NOW
from tests.files import samples
from tests.test_access import ROWS

pytestmark = pytest.mark.django_db

NAME, LOCAL_PART, HEADLINE, SLUG = "Plantedname", "plantedlocalpart", "Plantedheadline", "planted-slug"
SCHOOL, FILE_NAME = "Plantedschool", "Plantedfilename"
FACE = bytes(range(7, 107)) * 3  # the bytes of a photograph, as a thumbnail or an embedded picture
WORDS = (NAME, LOCAL_PART, HEADLINE, SLUG, SCHOOL, SCHOOL.lower(), FILE_NAME)
SECRETS = [*(word.encode() for word in WORDS), FACE]
IN_FILES = [samples.NAME.encode(), b"docProps/thumbnail", *SECRETS]
FILES = {
    "jpg": samples.jpeg, "png": samples.png, "pdf": samples.pdf,
    "docx": lambda: samples.office(".docx", PLANTED_PARTS), "xlsx": lambda: samples.office(".xlsx", PLANTED_PARTS),
}  # fmt: skip
PLANTED_PARTS = {
    "docProps/custom.xml": f"<Properties><p>{SCHOOL}</p></Properties>", "docProps/thumbnail.jpeg": FACE,
    "_rels/.rels": '<Relationships><Relationship Id="rId4" Target="docProps/thumbnail.jpeg"/></Relationships>',
}  # fmt: skip


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def planted(organization):
    """Sent with a file of each kind that keeps properties."""
    skills = ["SQL", "Data cleaning", "Copywriting", "Illustration", "User interviews"]
    project = factories.make_project(organization=organization, skills=skills)
    user = factories.make_user(NAME, email=f"{LOCAL_PART}@{SCHOOL.lower()}.example")
    student = factories.make_student(NAME, user=user, slug=SLUG, headline=HEADLINE, about=SCHOOL)
    application = actions.start_application(project=project, by=user, at=NOW)
    for competency, (extension, make) in zip(project.competencies.order_by("position"), FILES.items(), strict=True):
        upload = samples.upload(f"{FILE_NAME}.{extension}", make())
        evidence = actions.add_evidence(
            student=student, title="Rental joins", statement="I wrote the joins.", skills=[(competency.skill, 2)],
            ai_use="none",
            file=store_upload(upload=upload, owner=user, allowed=EVIDENCE, at=NOW), by=user, at=NOW,
        )  # fmt: skip
        actions.answer_competency(application=application, competency=competency, evidence=evidence, by=user, at=NOW)
    plan = {"approach": "First the missing months.", "is_available": True}
    actions.save_plan(application=application, by=user, at=NOW, **plan)
    while draw_next(at=NOW):
        continue
    return actions.submit_application(application=application, by=user, at=NOW)


@pytest.fixture
def people(student, other_student, owner, member, finance, other_owner, moderator, suspended):
    names = ["student", "other_student", "owner", "member", "finance", "other_owner", "moderator", "suspended"]
    users = [student, other_student, owner, member, finance, other_owner, moderator, suspended]
    return dict(zip(names, users, strict=True)) | {"visitor": None}


def answer(client, path):
    response = client.get(path)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if "text" in response.headers["Content-Type"]:
        body = html.unescape(body.decode()).encode()
    elif "officedocument" in response.headers["Content-Type"]:
        body = samples.unpacked(body)
    return response, f"{dict(response.headers)}\n".encode() + body


def found_in(body, secrets=SECRETS):
    return [secret for secret in secrets if secret in body]


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "get"], ids=lambda row: row.label)
def test_no_route_names_an_applicant_to_the_organization(row, planted, people, client_of):
    scene = build_scene(people)
    scene.project, scene.application = planted.project, planted
    scene.evidence, scene.competency = planted.answers.first().evidence, planted.project.competencies.first()
    if row.scene:
        row.scene(scene)
    planted.refresh_from_db()
    if planted.revealed_at:
        pytest.skip("This row is about a shortlisted applicant.")
    path = path_of(row, scene)
    for name in ("owner", "member", "finance"):
        _, body = answer(client_of(people[name]), path)
        assert found_in(body) == [], name


@pytest.mark.parametrize("number", range(1, len(FILES) + 1))
def test_no_file_names_its_author(number, planted, owner, client_of):
    response, body = answer(client_of(owner), f"/applications/{planted.code}/evidence/{number}/")
    assert response.status_code == 200
    assert f"evidence-{number}." in response["Content-Disposition"]
    assert found_in(body, IN_FILES) == []


@pytest.mark.parametrize("width", [320, 960])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_no_picture_of_a_file_names_its_author(number, width, planted, owner, client_of):
    response, body = answer(client_of(owner), f"/applications/{planted.code}/evidence/{number}/?preview={width}")
    assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
    assert response["Content-Disposition"] == 'inline; filename="preview.webp"'
    assert found_in(body, IN_FILES) == []


def test_the_files_had_it_before():
    for extension, make in FILES.items():
        held = samples.unpacked(make()) if extension in ("docx", "xlsx") else make()
        assert found_in(held, IN_FILES), extension


def admin_pages(application):
    """Every list of the admin, and what can be searched in it for the application."""
    for model in admin.site._registry:
        try:
            yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        except NoReverseMatch:
            continue
    for query in (application.code, application.project.title):
        yield reverse("admin:applications_application_changelist") + f"?q={query}"


def test_a_moderator_of_the_organization_cannot_tell_either_who_applied(planted, moderator, organization, client_of):
    """No page of the admin shows the applicant together with the project; the list of all accounts shows everybody."""
    factories.make_member(organization, moderator)
    record("application.submitted", actor=planted.student.user, subject=planted, at=NOW)
    client = client_of(moderator)
    for path in admin_pages(planted):
        _, body = answer(client, path)
        together = found_in(body) and any(
            word.encode() in body for word in (planted.project.title, planted.code, f"Applicant {planted.label}")
        )
        assert not together, path
