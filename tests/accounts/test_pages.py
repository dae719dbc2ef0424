"""Sign-up to membership through the pages: what is kept, what is refused, where it leads."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from marketplace.accounts import actions
from marketplace.accounts.models import Membership, Organization, User
from marketplace.clock import now
from tests.factories import NOW, PASSWORD, make_user


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def sign_up(client, side="student", **changes):
    data = {
        "side": side, "name": "Ada King", "email": "ada@people.example", "password1": PASSWORD,
        "time_zone": "America/Los_Angeles",
    } | changes  # fmt: skip
    return client.post(reverse("account_signup"), data)


def link_in(message):
    return re.search(r"http\S+", message.body)[0].split("://", 1)[1].split("/", 1)[1]


def test_a_student_signs_up_and_confirms(client, db):
    assert sign_up(client).url == reverse("account_email_verification_sent")
    user = User.objects.get()
    assert (user.name, user.time_zone, user.student.display_name) == ("Ada King", "America/Los_Angeles", "Ada King")
    message = mail.outbox[0]
    assert (message.subject, message.to) == ("Confirm your e-mail address", ["ada@people.example"])
    page, kind = message.alternatives[0]
    assert kind == "text/html"
    path = "/" + link_in(message)
    assert path in page
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 302
    assert user.emailaddress_set.get().verified
    assert client.get(reverse("home")).status_code == 200


def test_an_employer_signs_up_without_a_student_side(client, db):
    sign_up(client, side="employer")
    assert not hasattr(User.objects.get(), "student")


def test_nobody_signs_in_before_confirming(client, db):
    sign_up(client)
    client.post(reverse("account_login"), {"login": "ada@people.example", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("side", "", "Choose one"),
        ("side", "admin", "valid choice"),
        ("name", "x" * 121, "at most 120 characters"),
        ("email", "nobody", "valid email"),
        ("password1", "short", "at least 10 characters"),
    ],
)
def test_sign_up_keeps_what_was_typed(client, db, field, value, words):
    response = sign_up(client, **{field: value})
    assert response.status_code == 200
    page = response.content.decode()
    assert words in page
    assert f'href="#id_{field}' in page  # the error summary leads to the field
    if field != "name":
        assert "Ada King" in page
    assert User.objects.count() == 0


def test_an_unknown_time_zone_becomes_utc(client, db):
    sign_up(client, time_zone="Mars/Olympus")
    assert User.objects.get().time_zone == "UTC"


def test_a_taken_address_is_not_disclosed(client, db):
    make_user("Ada", email="ada@people.example")
    assert sign_up(client).url == reverse("account_email_verification_sent")
    assert mail.outbox[-1].subject == "You have an account already"
    assert User.objects.count() == 1


def test_the_profile_is_saved_and_its_errors_lose_nothing(client_of, student):
    client = client_of(student)
    data = {
        "name": "Robin Q", "time_zone": "Europe/Berlin", "student-display_name": "Robin", "student-headline": "Maps",
        "student-about": "<script>alert(1)</script>", "student-availability": "later", "student-hours_per_week": "0",
    }  # fmt: skip
    response = client.post(reverse("accounts:profile"), data)
    page = response.content.decode()
    assert "Give a number from 1 to 60." in page
    assert "Give the date from which you are available." in page
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    student.student.refresh_from_db()
    assert student.student.headline == ""
    data |= {"student-available_from": "2026-04-01", "student-hours_per_week": "12"}
    assert client.post(reverse("accounts:profile"), data).status_code == 302
    student.refresh_from_db()
    assert (student.time_zone, student.student.hours_per_week) == ("Europe/Berlin", 12)


def test_eligibility_leads_back_on_this_site_only(client_of, student):
    client, url = client_of(student), reverse("accounts:eligibility")
    answers = {"is_adult": "yes", "country": "US", "may_contract": "yes"}
    assert client.post(url, answers | {"next": "/projects/?q=sql"}).url == "/projects/?q=sql"
    assert client.post(url, answers | {"next": "https://evil.example/"}).url == reverse("projects:browse")
    assert client.post(url, answers | {"may_contract": "no"}).url == url


def test_what_a_form_lacks_is_said_in_words(client_of, student):
    client = client_of(student)
    founding = client.post(reverse("accounts:organization_new"), {"name": ""}).content.decode()
    assert "Give the organization&#x27;s name." in founding
    profile = client.post(reverse("accounts:profile"), {"time_zone": "UTC"}).content.decode()
    for words in ("Type your name.", "Type the name that your portfolio shows.", "Give a number from 1 to 60."):
        assert words in profile


def test_the_members_page_names_the_organization_once(client_of, organization, owner):
    page = client_of(owner).get(reverse("accounts:members", args=[organization.slug])).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert main.count(organization.name) == 1


def test_founding_an_organization(client_of, student):
    data = {"name": "Quist Maps", "website": "https://maps.example", "place": "Oslo", "about": "Maps."}
    assert client_of(student).post(reverse("accounts:organization_new"), data).url == reverse("projects:manage")
    organization = Organization.objects.get()
    assert Membership.objects.get(organization=organization).role == "owner"
    assert client_of(student).get(organization.get_absolute_url()).status_code == 200


def test_an_invitation_by_e_mail_leads_to_membership(
    client_of, organization, owner, django_capture_on_commit_callbacks
):
    url = reverse("accounts:invite", args=[organization.slug])
    with django_capture_on_commit_callbacks(execute=True):
        client_of(owner).post(url, {"email": "ada@people.example", "role": "finance"})
    message = mail.outbox[-1]
    assert message.subject == f"{owner} invites you to {organization} on Proofwork"
    path = "/" + link_in(message)
    ada = make_user("Ada King", email="ada@people.example")
    assert "Sign in" in client_of(None).get(path).content.decode()
    assert client_of(ada).post(path).url == organization.get_absolute_url()
    assert organization.memberships.get(user=ada).role == "finance"
    assert client_of(make_user("Late")).get(path).status_code == 410


def test_the_members_page_asks_the_same_number_of_queries(client_of, organization, owner, query_count):
    url, client = reverse("accounts:members", args=[organization.slug]), client_of(owner)
    few = query_count(client, url)
    for number in range(5):
        organization.memberships.create(user=make_user(f"More {number}"))
    assert query_count(client, url) == few


class ClosedBackend:
    """A mail server that refuses the connection."""

    def __init__(self, **_):
        pass

    def send_messages(self, messages):
        raise ConnectionRefusedError("nobody listens")


@pytest.mark.django_db(transaction=True)
def test_an_invitation_that_was_not_sent_says_so_and_can_be_repeated(client_of, owner, organization, settings):
    settings.EMAIL_BACKEND = f"{__name__}.ClosedBackend"
    url = reverse("accounts:invite", args=[organization.slug])
    data = {"email": "ada@people.example", "role": "member"}
    refused = client_of(owner).post(url, data)
    assert refused.status_code == 422
    assert "The e-mail could not be sent." in refused.content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert client_of(owner).post(url, data).status_code == 302
    assert [message.to for message in mail.outbox] == [["ada@people.example"]]
    assert organization.invitations.filter(revoked_at=None).count() == 1


def test_the_suspended_join_nothing(client_of, organization, owner, django_capture_on_commit_callbacks):
    user = make_user("Sid Late", email="sid@people.example", suspended_at=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        actions.invite_member(organization=organization, email=user.email, role="member", by=owner, at=now())
    assert client_of(user).post("/" + link_in(mail.outbox[-1])).status_code == 403
    assert not organization.memberships.filter(user=user).exists()


def test_an_empty_sign_up_says_what_to_type(client, db):
    page = client.post(reverse("account_signup"), {}).content.decode()
    for words in ("Type your name.", "Type your e-mail address.", "Type a new password.", "Choose one;"):
        assert words in page
    assert "This field is required" not in page
