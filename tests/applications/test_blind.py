"""Blind by construction: what would name the student is planted everywhere and found nowhere before the shortlist."""

import html
import io
import re
import zipfile

import pytest
from django.core import mail

from applications import actions
from applications.blind import site_of
from applications.models import Application
from marketplace.files.actions import store_upload
from marketplace.files.kinds import EVIDENCE
from marketplace.files.previews import draw_next
from marketplace.files.serving import POLICY
from marketplace.links.models import LinkPreview
from marketplace.notifications.delivery import send_batch
from marketplace.notifications.models import Notification
from tests import factories
from tests.factories import NOW
from tests.files import samples

pytestmark = pytest.mark.django_db

# Each is a string of its own, so that one that leaks is named by the failure.
NAME, EMAIL_NAME, HEADLINE, SLUG = "Robin Quist", "robinquist", "Plantedheadline", "planted-slug"
FILE_NAME, ACCOUNT, SCHOOL = "Plantedfilename", "plantedaccount", "Plantedschool"
SECRETS = [NAME, "Quist", EMAIL_NAME, HEADLINE, SLUG, FILE_NAME, ACCOUNT, SCHOOL]


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(factories.NOW, tick=False)


@pytest.fixture
def planted(project):
    """An application sent by somebody whose every field could give them away."""
    user = factories.make_user(NAME, email=f"{EMAIL_NAME}@{SCHOOL.lower()}.example")
    student = factories.make_student(NAME, user=user, slug=SLUG, headline=HEADLINE, about=SCHOOL)
    application = actions.start_application(project=project, by=user, at=NOW)
    sources = [{"url": f"https://{ACCOUNT}.pages.example/queries"}, {"file": picture(user)}]
    for competency, source in zip(project.competencies.order_by("position"), sources, strict=True):
        evidence = actions.add_evidence(
            student=student, title="Rental joins", statement="I wrote the joins.", skills=[(competency.skill, 2)],
            ai_use="none",
            by=user, at=NOW, **source,
        )  # fmt: skip
        actions.answer_competency(application=application, competency=competency, evidence=evidence, by=user, at=NOW)
    plan = {"approach": "First the missing months.", "is_available": True}
    actions.save_plan(application=application, by=user, at=NOW, **plan)
    plant_behind_the_link(f"https://{ACCOUNT}.pages.example/queries")
    draw_all()
    return actions.submit_application(application=application, by=user, at=NOW)


def plant_behind_the_link(url):
    """What the page behind the link says of itself, as if a worker had read it."""
    names = {"title": f"The work of {NAME}", "site": f"{NAME} of {SCHOOL}", "description": f"By {NAME}, {SCHOOL}"}
    changed = LinkPreview.objects.filter(url=url).update(state="ready", due_at=None, checked_at=NOW, **names)
    assert changed == 1


def draw_all():
    """The pictures of every file, as a worker draws them."""
    while draw_next(at=NOW):
        continue


def picture(user):
    upload = samples.upload(f"{FILE_NAME}.jpg", samples.jpeg())
    return store_upload(upload=upload, owner=user, allowed=EVIDENCE, at=NOW)


def crawl(client, start):
    """Every page of the organization that can be reached by links from `start`, signing out aside: {address: text}."""
    found, queue = {}, [start]
    while queue:
        address = queue.pop()
        if address in found or len(found) > 300:
            continue
        response = client.get(address)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        found[address] = f"{dict(response.headers)}\n" + (
            html.unescape(body.decode()) if "text" in response.headers["Content-Type"] else body.decode("latin-1")
        )
        if response.status_code in (301, 302):
            queue.append(response.headers["Location"])
        elif "text/html" in response.headers["Content-Type"]:
            links = re.findall(r'(?:href|src)="(/[^"]*)"', body.decode())
            queue += [html.unescape(link).split("#")[0] for link in links if wanted(link)]
    return found


def wanted(link):
    return not link.startswith(("/static/", "/assets/", "/accounts/", "/dev/", "/admin/"))


def leaks(texts, secrets=SECRETS):
    """[(where, secret)]; the address that a link leads to is the student's own choice and outside our pages."""
    return [
        (where, secret)
        for where, text in texts.items()
        for secret in secrets
        if secret.lower() in text.lower() and not where.endswith("/evidence/1/")
    ]


def test_no_page_of_the_organization_names_an_applicant(planted, owner, member, client_of):
    for user in (owner, member):
        client = client_of(user)
        pages = crawl(client, f"/applications/board/{planted.project.code}/") | crawl(client, "/home/")
        assert f"/applications/board/{planted.project.code}/score/1/{planted.label}/" in pages
        assert f"/applications/{planted.code}/evidence/2/" in pages
        assert "RIFF" in pages[f"/applications/{planted.code}/evidence/2/?preview=960"]
        assert leaks(pages) == []


def test_still_nothing_when_all_scores_are_in(planted, owner, client_of):
    factories.make_scores(planted, owner)
    pages = crawl(client_of(owner), f"/applications/board/{planted.project.code}/")
    for name in ("shortlist/", "decline/", ""):
        assert f"/applications/{planted.code}/applicant/{name}" in pages
    assert "First the missing months." in pages[f"/applications/{planted.code}/applicant/"]
    assert leaks(pages) == []


def test_the_shortlist_reveals_name_and_contact_and_the_crawl_would_have_seen_it(planted, owner, client_of):
    factories.make_scores(planted, owner)
    actions.shortlist(application=planted, by=owner, at=NOW)
    pages = crawl(client_of(owner), f"/applications/board/{planted.project.code}/")
    assert {secret for _where, secret in leaks(pages)} >= {NAME, EMAIL_NAME, HEADLINE, SLUG, ACCOUNT}
    assert FILE_NAME not in {secret for _where, secret in leaks(pages)}


def test_no_notice_and_no_email_names_an_applicant(planted, owner, member):
    actions.send_reminders(at=planted.project.decisions_due_at)
    second = factories.make_application(project=planted.project)
    actions.withdraw_application(application=second, by=second.student.user, at=NOW)
    actions.withdraw_application(application=planted, by=planted.student.user, at=NOW)
    actions.lapse_due(at=planted.project.decisions_due_at)
    to_us = Notification.objects.filter(recipient__in=[owner, member])
    assert {notice.kind for notice in to_us} == {"application.received", "application.withdrawn"}
    Notification.objects.exclude(recipient__in=[owner, member]).update(email_due_at=None)
    while send_batch(at=planted.project.decisions_due_at):
        pass
    assert len(mail.outbox) == to_us.count()
    assert leaks({message.subject: str(message.message()) for message in mail.outbox}) == []


def test_a_file_is_served_under_a_number(planted, owner, client_of):
    response = client_of(owner).get(f"/applications/{planted.code}/evidence/2/")
    assert response["Content-Disposition"] == 'attachment; filename="evidence-2.jpg"'
    assert samples.NAME.encode() not in b"".join(response.streaming_content)
    inline = client_of(owner).get(f"/applications/{planted.code}/evidence/2/?inline")
    assert inline["Content-Disposition"] == 'inline; filename="evidence-2.jpg"'
    b"".join(inline.streaming_content)


def test_a_link_is_left_without_a_trace(planted, owner, client_of):
    response = client_of(owner).get(f"/applications/{planted.code}/evidence/1/")
    assert (response.status_code, response["Location"]) == (302, f"https://{ACCOUNT}.pages.example/queries")
    assert response["Referrer-Policy"] == "no-referrer"


def test_a_text_is_read_on_the_page_and_served_as_nothing_but_text(project, student, owner, client_of):
    application = factories.make_application(project=project, student=student.student, status="draft", answers=False)
    evidence = factories.make_evidence(
        student.student, kind="text", url="", text="<b>SELECT 1</b>", proves="That I can count.", team="a designer",
        ai_use="used", ai_used_for="grammar",
    )  # fmt: skip
    for competency in project.competencies.all():
        factories.answer_with(application, competency, evidence)
    actions.submit_application(application=application, by=student, at=NOW)
    application.refresh_from_db()
    client = client_of(owner)
    page = client.get(f"/applications/board/{project.code}/score/1/{application.label}/").content.decode()
    for words in ("&lt;b&gt;SELECT 1&lt;/b&gt;", "That I can count.", "a designer", "AI was used: grammar"):
        assert words in page
    alone = client.get(f"/applications/{application.code}/evidence/1/")
    assert (alone.content, alone["Content-Type"]) == (b"<b>SELECT 1</b>", "text/plain; charset=utf-8")
    assert (alone["X-Content-Type-Options"], alone["Content-Security-Policy"]) == ("nosniff", POLICY)
    assert alone["Content-Disposition"] == 'inline; filename="evidence-1.txt"'


def test_an_office_file_tells_nobody_either(project, student):
    data = samples.office(".docx", {"word/comments.xml": f'<w:comment w:author="{NAME}"/>'})
    stored = store_upload(upload=samples.upload("a.docx", data), owner=student, allowed=EVIDENCE, at=NOW)
    with stored.content.open("rb") as content, zipfile.ZipFile(io.BytesIO(content.read())) as opened:
        assert [name for name in opened.namelist() if NAME.encode() in opened.read(name)] == []


def test_the_letter_tells_nothing_about_the_order(project):
    """Letters are drawn, not counted: in twenty applications they are not in the order of arrival."""
    for _ in range(20):
        draft = factories.make_application(project=project, status="draft")
        actions.submit_application(application=draft, by=draft.student.user, at=NOW)
    labels = list(Application.objects.order_by("submitted_at", "pk").values_list("label", flat=True))
    assert labels != sorted(labels)


@pytest.mark.parametrize(
    ("url", "blind", "revealed"),
    [
        ("https://www.github.com/robin-quist/queries", "github.com", "github.com"),
        ("https://robin-quist.github.io/", "", "robin-quist.github.io"),
        ("https://robinquist.example/work", "", "robinquist.example"),
        ("https://evil-github.com/", "", "evil-github.com"),
    ],
)
def test_a_site_of_ones_own_is_named_from_the_shortlist_on(url, blind, revealed):
    assert site_of(url, is_revealed=False) == blind
    assert site_of(url, is_revealed=True) == revealed
