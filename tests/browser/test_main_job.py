"""The whole job of the marketplace in one run: employer, students and moderator, in a real browser, on real processes.

Every page that is visited is checked by axe in light and dark at both sizes; at the end the amounts, the states, the
ledger and the e-mails are what they must be.
"""

import os
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from marketplace.local.environment import ROOT
from tests.browser import steps

pytestmark = pytest.mark.browser

EMPLOYER, STUDENT, OTHER = "hanna@harbor-tours.example", "ravi@people.example", "mia@people.example"
MODERATOR = "sam@proofwork.example"
FEE, SERVICE_FEE = 48_000, 4_800


@pytest.fixture
def moderator_account(site):
    """Moderators are made on the command line, as in production."""
    script = (
        "from marketplace.accounts.models import User; from allauth.account.models import EmailAddress;"
        f"user = User.objects.create_superuser('{MODERATOR}', '{steps.PASSWORD}', name='Sam Whitfield');"
        "EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)"
    )
    environment = os.environ | {"DATABASE_URL": site.database_url}
    subprocess.run([sys.executable, "manage.py", "shell", "-c", script], cwd=ROOT, env=environment, check=True)


def test_the_whole_job(site, person, moderator_account, tmp_path):
    employer, student, other, moderator = map(person, ("employer", "student", "other", "moderator"))
    project = offered_project(site, employer, moderator, student)
    applications = applied(site, employer, student, other, project)
    engagement = chosen(site, employer, student, other, project, applications)
    funded(site, employer, student, engagement)
    worked(site, employer, student, engagement, tmp_path)
    paid(site, employer, student, engagement)
    remembered(site, employer, student, engagement, person("stranger"))


def offered_project(site, employer, moderator, student):
    """Step 1 and 2: posted, reviewed, opened; a student whose evidence fits is told why."""
    steps.sign_up(student, side="student", name="Ravi Menon", email=STUDENT)
    student.check_page()
    steps.answer_eligibility(student)
    steps.add_evidence(student, "Library loans query", ["SQL", "Data cleaning"])
    steps.sign_up(employer, side="employer", name="Hanna Berg", email=EMPLOYER)
    employer.check_page()
    steps.found_organization(employer)
    project = steps.post_project(employer)
    steps.submit_project(employer, project)
    assert site.value("SELECT status FROM projects_project WHERE code = %s", project) == "in_review"
    assert site.value("SELECT fee_amount FROM projects_project WHERE code = %s", project) == FEE
    steps.sign_in(moderator, MODERATOR)
    steps.open_in_admin(moderator, project)
    assert site.value("SELECT status FROM projects_project WHERE code = %s", project) == "open"
    assert site.value("SELECT count(*) FROM moderation_decision WHERE reason LIKE 'Clear, paid%%'") == 1
    site.wait_for("SELECT count(*) FROM projects_match")
    told = site.mail(STUDENT, "Merge three seasons")
    assert "You have shown SQL and Data cleaning" in told["text"]
    assert "You have shown SQL and Data cleaning" in told["html"]
    return project


def applied(site, employer, student, other, project):
    """Step 3: found, read, saved, applied to; nobody applies twice."""
    student.go("/projects/?q=survey")
    student.check_page()
    assert student.page.get_by_role("link", name="Merge three seasons").count() >= 1
    student.go("/projects/?q=survey&pay=300")
    pay = student.page.locator("fieldset", has_text="$300 or more")
    assert pay.locator("b").count() == 1
    pay.hover()
    expect(pay.locator("b")).to_have_count(4)
    expect(pay.get_by_label("$300 or more")).to_be_checked()
    first = steps.apply(student, project)
    steps.sign_up(other, side="student", name="Mia Torres", email=OTHER)
    steps.answer_eligibility(other)
    steps.add_evidence(other, "Class register cleanup", ["Data cleaning"])
    second = steps.apply(other, project)
    student.go(f"/applications/start/{project}/")
    student.page.wait_for_load_state()
    assert site.value("SELECT count(*) FROM applications_application") == 2
    return first, second


def chosen(site, employer, student, other, project, applications):
    """Step 4: judged blind, one shortlisted and offered, the other answered with a reason and levels."""
    first, second = applications
    employer.go(f"/applications/board/{project}/")
    words = employer.page.content()
    for secret in ("Ravi", "Menon", "Mia", "Torres", STUDENT, OTHER):
        assert secret not in words
    steps.score_everything(employer, project, applicants=2)
    steps.shortlist_and_offer(employer, first)
    assert "Ravi Menon" in employer.page.content()
    steps.decline(employer, second)
    other.go(f"/applications/{second}/")
    other.check_page()
    assert "Others showed the competencies more strongly" in other.page.content()
    assert "Meets" in other.page.content()
    assert "$480" in site.mail(STUDENT, "offer")["text"]
    engagement = steps.accept_offer(student, first)
    assert site.value("SELECT status FROM engagements_engagement") == "awaiting_funding"
    assert site.value("SELECT count(*) FROM activity_event WHERE verb = 'application.revealed'") == 1
    return engagement


def funded(site, employer, student, engagement):
    """Step 5: paid on the simulator's page; the webhook, not the redirect, makes it active. Payouts are set up."""
    steps.fund(employer, engagement)
    employer.check_page()
    site.wait_for("SELECT status = 'active' FROM engagements_engagement")
    site.wait_for("SELECT handled_at IS NOT NULL FROM payments_stripeevent WHERE type = 'checkout.session.completed'")
    assert site.rows("SELECT amount, status, counts FROM payments_funding") == [
        {"amount": FEE + SERVICE_FEE, "status": "paid", "counts": True}
    ]
    steps.set_up_payouts(student)
    site.wait_for("SELECT transfers_status = 'active' FROM payments_payoutaccount")
    student.check_page()


def worked(site, employer, student, engagement, folder):
    """Step 6: kickoff by both, messages and files, version 1, a change request that cites a criterion, version 2."""
    notes, table = folder / "questions.txt", folder / "answers.csv"
    notes.write_text("Which season renamed question 4?\n")
    table.write_text("season,question,answer\n2025,1,yes\n")
    steps.confirm_kickoff(employer, engagement)
    steps.confirm_kickoff(student, engagement)
    steps.send_message(student, engagement, "Two questions are in the file.", notes)
    steps.send_message(employer, engagement, "Season two did. Everything else is the same.")
    employer.check_page()
    steps.deliver(student, engagement, "All three seasons in one table.", table)
    steps.request_changes(employer, engagement, 1, "Columns 4 to 9 have no description.")
    assert site.value("SELECT status FROM engagements_engagement") == "changes_requested"
    assert site.value("SELECT comment FROM engagements_changerequestitem") == "Columns 4 to 9 have no description."
    steps.deliver(student, engagement, "Every column is described now.", table)
    student.check_page()


def paid(site, employer, student, engagement):
    """Step 7: the approval owes, the worker transfers, the webhook confirms; the ledger balances."""
    steps.approve(employer, engagement)
    site.wait_for("SELECT status = 'paid' FROM payments_payout")
    assert site.rows("SELECT amount, currency FROM payments_payout") == [{"amount": FEE, "currency": "usd"}]
    assert site.value("SELECT count(*) FROM payments_moneyoperation WHERE kind = 'transfer' AND status = 'done'") == 1
    assert site.value("SELECT coalesce(sum(amount), 0) FROM payments_ledgerentry") == 0
    assert site.value("SELECT balance FROM payments_ledgeraccount WHERE code LIKE 'held:%%'") == 0
    for who, words in ((student, "$480"), (employer, "$528")):
        who.go("/payments/")
        who.check_page()
        assert words in who.page.content()
    student.go(f"/engagements/{engagement}/")
    student.check_page()
    assert "Paid" in student.page.content()
    assert "$480" in site.mail(STUDENT, "$480")["subject"]


def remembered(site, employer, student, engagement, stranger):
    """Step 8: both review without seeing the other's; the public portfolio shows project, competencies and review."""
    steps.review(employer, engagement, "Found what three of us had missed for two years.", confirms=True)
    student.go(f"/engagements/{engagement}/review/")
    assert "three of us had missed" not in student.page.content()
    steps.review(student, engagement, "Clear questions, and answers within the hour.")
    assert site.value("SELECT count(*) FROM engagements_review WHERE published_at IS NOT NULL") == 2
    steps.publish_case(student)
    stranger.go("/p/ravi-menon/")
    stranger.check_page()
    words = stranger.page.content()
    for shown in ("Merge three seasons", "SQL", "Data cleaning", "three of us had missed", "Harbor Tours"):
        assert shown in words
    assert STUDENT not in words
    for who in (employer, student):
        who.go("/home/")
        who.check_page()
        who.go("/notifications/")
        who.check_page()
