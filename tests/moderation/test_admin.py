"""The moderators' admin: read-only, every change through the page that asks for a reason."""

import pytest
from django.contrib import admin
from django.urls import reverse

from marketplace.accounts.models import Organization
from marketplace.activity.actions import record
from marketplace.activity.models import Event
from marketplace.moderation import actions
from marketplace.moderation.admin.decisions import ReadOnlyAdmin
from marketplace.moderation.models import Decision, Report
from projects.actions import return_to_draft
from projects.models import Project
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
OURS = [model for model, found in admin.site._registry.items() if isinstance(found, ReadOnlyAdmin)]


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def waiting(organization, owner):
    return factories.make_project(status="in_review", organization=organization, review_flags=[
        {"code": "unpaid", "message": "Unpaid work is not allowed here.", "where": "outcome", "excerpt": "unpaid <b>"},
    ])  # fmt: skip


def page_for(model, verb, *subjects):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_decide"
    return f"{reverse(name, args=[verb])}?ids={','.join(str(subject.pk) for subject in subjects)}"


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_nothing_is_added_changed_or_deleted_directly(model, client_of, moderator, waiting, student):
    record("x.y", actor=student, subject=waiting, at=NOW)
    report = actions.report(subject=waiting, by=student, reason="unpaid", at=NOW)
    actions.dismiss_report(report=report, by=moderator, reason="No.", at=NOW)
    client = client_of(moderator)
    base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert client.get(reverse(f"{base}_changelist")).status_code == 200
    found = model.objects.first()
    path = reverse(f"{base}_change", args=[found.pk])
    page = client.get(path)
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    before = model.objects.filter(pk=found.pk).values().get()
    assert client.post(path, {"status": "open", "title": "x", "reason": "x"}).status_code == 403
    assert client.post(reverse(f"{base}_delete", args=[found.pk]), {"post": "yes"}).status_code == 403
    assert client.get(reverse(f"{base}_add")).status_code == 403
    assert model.objects.filter(pk=found.pk).values().get() == before


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_only_moderators_in_good_standing_see_it(model, client_of, owner, moderator, waiting):
    path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert client_of(None).get(path).status_code == 302
    assert client_of(owner).get(path).status_code == 302
    moderator.suspended_at = NOW
    moderator.save()
    assert client_of(moderator).get(path).status_code == 403


def test_a_moderator_needs_no_superuser(client_of, waiting):
    plain = factories.make_user("Pia Plain", is_staff=True)
    assert client_of(plain).get(reverse("admin:projects_project_changelist")).status_code == 200
    client_of(plain).post(page_for(Project, "open", waiting), {"reason": "Fine."})
    assert Project.objects.get().status == "open"


def test_the_queue_is_filtered_and_shows_flags_as_text(client_of, moderator, waiting, organization):
    factories.make_project(organization=organization, title="Open already")
    client = client_of(moderator)
    page = client.get(reverse("admin:projects_project_changelist") + "?status__exact=in_review&flag=unpaid")
    assert [row.pk for row in page.context["cl"].result_list] == [waiting.pk]
    detail = client.get(reverse("admin:projects_project_change", args=[waiting.pk])).content.decode()
    assert "unpaid &lt;b&gt;" in detail
    for words in ("Open…", "Return to draft…", "Remove…"):
        assert words in detail


@pytest.mark.parametrize(("verb", "status"), [("open", "open"), ("return", "draft"), ("remove", "removed")])
def test_deciding_from_the_list(verb, status, client_of, moderator, waiting, organization):
    second = factories.make_project(status="in_review", organization=organization)
    client = client_of(moderator)
    response = client.post(
        reverse("admin:projects_project_changelist"), {"action": verb, "_selected_action": [waiting.pk, second.pk]}
    )
    page = client.get(response.url)
    assert (page.status_code, waiting.title in page.content.decode()) == (200, True)
    assert Project.objects.filter(status="in_review").count() == 2, "the page only asks"
    empty = client.post(response.url, {"reason": ""})
    assert (empty.status_code, "Give the reason" in empty.content.decode()) == (422, True)
    assert Project.objects.filter(status="in_review").count() == 2
    assert client.post(response.url, {"reason": "We read it."}).status_code == 302
    assert Project.objects.filter(status=status).count() == 2
    assert Decision.objects.filter(reason="We read it.", moderator=moderator).count() == 2


def test_what_cannot_be_decided_is_said_and_the_rest_goes_through(client_of, moderator, waiting, organization):
    draft = factories.make_project(status="draft", organization=organization, title="Only a draft")
    response = client_of(moderator).post(page_for(Project, "open", waiting, draft), {"reason": "Fine."}, follow=True)
    page = response.content.decode()
    assert "Only a draft: This project is draft, not in review." in page
    assert f"“{waiting.title}” was opened. Your reason is in the audit log." in page
    assert Project.objects.get(pk=waiting.pk).status == "open"
    assert Project.objects.get(pk=draft.pk).status == "draft"


@pytest.mark.parametrize("query", ["", "?ids=", "?ids=0", "?ids=abc,-1,9999999"])
def test_a_decision_about_nothing_is_not_found(query, client_of, moderator, waiting):
    path = reverse("admin:projects_project_decide", args=["open"]) + query
    assert client_of(moderator).get(path).status_code == 404
    wrong = reverse("admin:projects_project_decide", args=["explode"]) + f"?ids={waiting.pk}"
    assert client_of(moderator).get(wrong).status_code == 404


def test_nobody_else_reaches_the_decision_page(client_of, owner, student, waiting):
    for user in (None, owner, student):
        assert client_of(user).post(page_for(Project, "open", waiting), {"reason": "Mine."}).status_code == 302
    assert Project.objects.get().status == "in_review"
    assert not Decision.objects.exists()


def test_a_moderator_does_not_open_their_own_organizations_project(client_of, moderator, waiting, organization):
    factories.make_member(organization, moderator, "member")
    client, path = client_of(moderator), page_for(Project, "open", waiting)
    assert client.get(path).status_code == 403
    assert client.post(path, {"reason": "Mine."}).status_code == 403
    assert Project.objects.get().status == "in_review"


def test_reports_are_decided_in_the_admin(client_of, moderator, student, waiting):
    report = actions.report(subject=waiting, by=student, reason="unpaid", at=NOW)
    client = client_of(moderator)
    page = client.get(reverse("admin:moderation_report_change", args=[report.pk])).content.decode()
    assert "Uphold and remove the project…" in page
    client.post(page_for(Report, "remove", report), {"reason": "Unpaid."})
    assert (Report.objects.get().status, Project.objects.get().status) == ("upheld", "removed")
    again = client.get(reverse("admin:moderation_report_change", args=[report.pk])).content.decode()
    assert "Uphold…" not in again


def test_a_second_tab_reads_whose_reason_was_kept(client_of, moderator, waiting):
    other = factories.make_user("Otto Other", is_staff=True)
    tries = [(moderator, "Clear brief."), (moderator, "Another."), (other, "Mine.")]
    said = [
        client_of(who).post(page_for(Project, "open", waiting), {"reason": reason}, follow=True).content.decode()
        for who, reason in tries
    ]
    assert f"“{waiting}” was opened. Your reason is in the audit log." in said[0]
    kept = f"“{waiting}” was opened before, so nothing changed. The reason that was given is kept, by"
    assert f"{kept} you: “Clear brief.”" in said[1]
    assert f"{kept} {moderator}: “Clear brief.”" in said[2]
    assert list(Decision.objects.values_list("reason", flat=True)) == ["Clear brief."]


def test_a_report_decided_in_two_tabs_keeps_one_reason(client_of, moderator, student, waiting):
    report = actions.report(subject=waiting, by=student, reason="unpaid", at=NOW)
    client = client_of(moderator)
    first, second = [
        client.post(page_for(Report, "dismiss", report), {"reason": reason}, follow=True).content.decode()
        for reason in ("No.", "Again no.")
    ]
    assert "was dismissed. Your reason is in the audit log." in first
    assert "was dismissed before, so nothing changed. The reason that was given is kept, by you: “No.”" in second


def test_the_audit_log_lists_every_event(client_of, moderator, waiting):
    record("project.something", actor=None, subject=waiting, at=NOW, note="<i>")
    page = client_of(moderator).get(reverse("admin:activity_event_changelist")).content.decode()
    assert "project.something" in page
    assert "<i>" not in page.replace("<i></i>", "")
    assert Event.objects.count() == 1


def test_the_queue_says_of_a_project_without_flags_that_it_has_none(client_of, moderator, organization):
    factories.make_project(status="in_review", organization=organization, review_flags=[])
    assert "No flag." in client_of(moderator).get(reverse("moderation:queue")).content.decode()


def test_the_staff_queue_costs_the_same_with_more_to_do(client_of, moderator, organization, owner, student):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, costs = client_of(moderator), []
    for number in range(3):
        factories.make_project(status="in_review", organization=organization)
        factories.make_organization(f"New {number}", verified=False)
        actions.report(subject=factories.make_project(organization=organization), by=student, reason="unpaid", at=NOW)
        client.get(reverse("moderation:queue"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("moderation:queue")).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[2] <= 20


@pytest.mark.parametrize("name", ["FERNWAY software", "Fernway-Software, Inc.", "Fern way Software LLC"])
def test_a_name_that_a_verified_organization_has_is_said(name, client_of, moderator):
    verified = factories.make_organization("Fernway Software")
    factories.make_organization("Fernway Softwareco")
    copy = factories.make_organization(name, verified=False, slug="fernway-2")
    said = f'this name:</strong> <a href="{verified.get_absolute_url()}">Fernway Software</a>, verified'
    client = client_of(moderator)
    for page in (reverse("moderation:queue"), page_for(Organization, "verify", copy)):
        body = client.get(page).content.decode()
        assert body.count(said) == body.count("Another organization") == 1
        assert "Softwareco" not in body
    change = client.get(reverse("admin:accounts_organization_change", args=[copy.pk])).content.decode()
    assert f'<a href="{verified.get_absolute_url()}">Fernway Software</a>' in change


def test_a_name_of_its_own_has_no_namesakes(client_of, moderator):
    verified = factories.make_organization("Fernway Software")
    factories.make_organization("★", slug="star")
    factories.make_organization("Fernway", verified=False)
    factories.make_organization("!!", verified=False, slug="shout")
    client = client_of(moderator)
    assert "Another organization" not in client.get(reverse("moderation:queue")).content.decode()
    change = client.get(reverse("admin:accounts_organization_change", args=[verified.pk])).content.decode()
    assert f'<a href="{verified.get_absolute_url()}">Fernway Software</a>' not in change


def test_the_front_page_says_what_waits(client_of, moderator, waiting, student, owner):
    actions.report(subject=waiting, by=student, reason="unpaid", at=NOW)
    factories.make_organization("Newcomer", verified=False)
    page = client_of(moderator).get(reverse("admin:index")).content.decode()
    queue = reverse("moderation:queue")
    for number, words, part in [
        (1, "project to review", "#projects"), (1, "open report", "#reports"),
        (0, "open disputes", "#disputes"), (1, "organization to verify", "#organizations"),
    ]:  # fmt: skip
        assert f'<a href="{queue}{part}"><strong>{number}</strong> {words}</a>' in page
    assert "<strong>0</strong> money operations need a person" in page


def test_the_page_of_a_project_in_review_says_why_and_leads_on(client_of, moderator, owner, visitor, waiting):
    client, address = client_of(moderator), waiting.get_absolute_url()
    page = client.get(address).content.decode()
    assert "Unpaid work is not allowed here." in page
    assert "unpaid &lt;b&gt;" in page
    assert f'href="{reverse("moderation:queue")}#{waiting.code}"' in page
    for verb in ("open", "return", "remove"):
        path = f"{page_for(Project, verb, waiting)}&from=queue"
        assert f'href="{path}"' in page.replace("&amp;", "&")
        assert client.get(path).status_code == 200
    assert "Returned before" not in page
    ours = client_of(owner).get(address).content.decode()
    assert "/decide/" not in ours
    assert "Unpaid work is not allowed here." in ours


def test_a_moderator_decides_nothing_about_their_own_organization(client_of, moderator, organization, waiting):
    factories.make_member(organization, moderator)
    assert "/decide/" not in client_of(moderator).get(waiting.get_absolute_url()).content.decode()


def test_a_project_that_is_open_or_a_suspended_moderator_decides_nothing(client_of, moderator, project, waiting):
    assert "/decide/" not in client_of(moderator).get(project.get_absolute_url()).content.decode()
    moderator.suspended_at = NOW
    moderator.save()
    assert "/decide/" not in client_of(moderator).get(waiting.get_absolute_url()).content.decode()


def test_what_was_returned_before_says_so_and_why(client_of, moderator, owner, waiting):
    for reason in ("First reason.", "Name the readers.\n\n- and the <b>length</b>"):
        actions.return_project(project=waiting, by=moderator, reason=reason, at=NOW)
        Project.objects.filter(pk=waiting.pk).update(status="in_review", submitted_at=NOW, review_note="")
        waiting.refresh_from_db()
    return_to_draft(project=waiting, by=owner, at=NOW)  # by the organization itself: no reason
    Project.objects.filter(pk=waiting.pk).update(status="in_review", submitted_at=NOW)
    for address in (waiting.get_absolute_url(), reverse("moderation:queue")):
        page = client_of(moderator).get(address).content.decode()
        assert "Returned before" in page
        assert "<p>Name the readers.</p>" in page
        assert "<li>and the &lt;b&gt;length&lt;/b&gt;</li>" in page
        assert "First reason." not in page


def test_who_works_through_the_queue_comes_back_to_it(client_of, moderator, waiting, student):
    client, queue = client_of(moderator), reverse("moderation:queue")
    path = f"{page_for(Project, 'return', waiting)}&from=queue"
    assert path.replace("&", "&amp;") in client.get(queue).content.decode().replace("&from", "&amp;from")
    assert client.post(path, {"reason": "Say who the readers are."}).url == queue
    report = actions.report(subject=waiting, by=student, reason="unpaid", at=NOW)
    page = client.get(reverse("admin:moderation_report_change", args=[report.pk]) + "?from=queue").content.decode()
    assert "from=queue" in page
    assert client.post(page_for(Report, "dismiss", report), {"reason": "It is paid."}).url == reverse(
        "admin:moderation_report_changelist"
    )


def test_a_report_leads_to_the_thing_it_is_about(client_of, moderator, student, owner, organization, waiting):
    client = client_of(moderator)
    for subject, by, place in [
        (waiting, student, reverse("admin:projects_project_change", args=[waiting.pk])),
        (organization, student, reverse("admin:accounts_organization_change", args=[organization.pk])),
        (student.student, owner, reverse("admin:accounts_user_change", args=[student.pk])),
    ]:
        report = actions.report(subject=subject, by=by, reason="misleading", at=NOW)
        page = client.get(reverse("admin:moderation_report_change", args=[report.pk])).content.decode()
        assert f'href="{place}"' in page
        assert f'href="{subject.get_absolute_url()}"' in page


def test_what_was_never_submitted_comes_last(client_of, moderator, waiting, organization):
    draft = factories.make_project(organization=organization, status="draft")
    page = client_of(moderator).get(reverse("admin:projects_project_changelist"))
    assert [row.pk for row in page.context["cl"].result_list] == [waiting.pk, draft.pk]


def test_filters_offer_only_what_is_there(client_of, moderator, student, waiting):
    for subject in (waiting, student.student):
        record("x.y", actor=student, subject=subject, at=NOW)
    page = client_of(moderator).get(reverse("admin:activity_event_changelist")).content.decode()
    assert "Projects | project" in page
    assert "Sessions | session" not in page
    assert "<h1>Audit log</h1>" in page


def test_lists_are_filtered_in_words(client_of, moderator, student, suspended):
    client, path = client_of(moderator), reverse("admin:accounts_user_changelist")
    shown = {
        choice: {row.pk for row in client.get(f"{path}?has_suspended_at={choice}").context["cl"].result_list}
        for choice in ("yes", "no")
    }
    assert shown["yes"] == {suspended.pk}
    assert student.pk in shown["no"]
    assert suspended.pk not in shown["no"]
    assert "Not suspended" in client.get(path).content.decode()
