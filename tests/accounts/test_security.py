"""What protects an account: limits, fresh sign-in before a change, one door for moderators too."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib import admin
from django.core import mail
from django.db import connection
from django.urls import reverse

from marketplace.accounts.second_step_forms import AuthenticateForm
from tests.accounts.test_demo_sign_in import settings_with
from tests.accounts.test_pages import link_in
from tests.factories import PASSWORD, make_user

MEMORY = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "limits"}}


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def limits(settings):
    """As on a server, with counts of this test's own."""
    from django.core.cache import cache

    settings.CACHES = MEMORY
    settings.ACCOUNT_RATE_LIMITS = {}
    cache.clear()
    yield
    cache.clear()


def sign_in(client, user, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": user.email, "password": password})


LIMITS = """
import django; django.setup()
from allauth import app_settings
from allauth.account import app_settings as account
print(account.RATE_LIMITS["login"], account.RATE_LIMITS["login_failed"], app_settings.TRUSTED_PROXY_COUNT)
"""


def test_a_server_limits_attempts_by_the_visitors_address():
    kept = {key: value for key, value in os.environ.items() if key not in ("LOCAL", "DEMO_MODE")}
    server = kept | {"SECRET_KEY": "x" * 60, "DJANGO_SETTINGS_MODULE": "marketplace.settings"}
    done = subprocess.run([sys.executable, "-c", LIMITS], env=server, capture_output=True, text=True)
    assert done.stdout.split() == ["30/m/ip", "10/m/ip,5/300s/key", "1"], done.stderr


def test_too_many_wrong_passwords_close_the_door_for_a_while(client, student, limits):
    for _ in range(5):
        page = sign_in(client, student, "wrong").content.decode()
        assert "do not belong together" in page
    assert "Wait five minutes" in sign_in(client, student).content.decode()
    assert "_auth_user_id" not in client.session


def test_too_many_requests_get_the_page_that_says_so(client, db, limits):
    answers = [client.post(reverse("account_reset_password"), {"email": "x@people.example"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert "That was a bit fast" in answers[-1].content.decode()


def test_the_admin_has_no_door_of_its_own(client, moderator, student):
    answer = client.post(reverse("admin:login"), {"username": moderator.email, "password": PASSWORD})
    assert answer.url.startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session
    client.force_login(student)
    assert client.get(reverse("admin:login")).status_code == 403


def test_the_admin_shows_no_secrets():
    shown = {model._meta.label for model in admin.site._registry}
    assert shown & {"mfa.Authenticator", "socialaccount.SocialToken", "socialaccount.SocialApp"} == set()


def test_a_second_step_stands_between_password_and_account(client, student):
    totp.TOTP.activate(student, totp.generate_totp_secret())
    assert sign_in(client, student).url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    page = client.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()
    assert "This code is not right." in page
    assert "_auth_user_id" not in client.session
    secret = Authenticator.objects.get(user=student).wrap().instance.data["secret"]
    code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    assert client.post(reverse("mfa_authenticate"), {"code": f"{code[:3]} {code[3:]}"}).url == reverse("home")
    assert client.session["_auth_user_id"] == str(student.pk)


def test_a_recovery_code_works_once(client_of, client, student):
    totp.TOTP.activate(student, totp.generate_totp_secret())
    codes = RecoveryCodes.activate(student).get_unused_codes()
    sign_in(client, student)
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).url == reverse("home")
    again = client_of(None)
    sign_in(again, student)
    page = again.post(reverse("mfa_authenticate"), {"code": codes[0]}).content.decode()
    assert "This recovery code is not right, or it was used before" in page
    assert "Wait for the next one" not in page


@pytest.mark.parametrize(
    ("used", "have"), [(0, "9 of them are left"), (8, "1 of them is left"), (9, "It was the last one")]
)
def test_who_used_a_recovery_code_hears_how_many_are_left(client, student, used, have):
    EmailAddress.objects.get_or_create(user=student, email=student.email, defaults={"verified": True, "primary": True})
    totp.TOTP.activate(student, totp.generate_totp_secret())
    recovery = RecoveryCodes.activate(student)
    codes = recovery.get_unused_codes()
    recovery.instance.data["used_mask"] = 2**used - 1
    recovery.instance.save()
    sign_in(client, student)
    page = client.post(reverse("mfa_authenticate"), {"code": codes[used]}, follow=True).content.decode()
    assert f"You used a recovery code. {have}." in page
    message = mail.outbox[-1]
    assert (message.subject, message.to) == ("A recovery code was used", [student.email])
    assert f"A recovery code of your account was used. {have}." in message.body
    assert "choose a new password now" in message.body


def test_a_recovery_code_lets_in_while_the_mail_service_is_away(client, student, settings):
    EmailAddress.objects.get_or_create(user=student, email=student.email, defaults={"verified": True, "primary": True})
    totp.TOTP.activate(student, totp.generate_totp_secret())
    codes = RecoveryCodes.activate(student).get_unused_codes()
    sign_in(client, student)
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1", 1,
    )  # fmt: skip
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).url == reverse("home")
    assert client.session["_auth_user_id"] == str(student.pk)


def test_the_only_field_of_the_second_step_has_the_focus(client, student):
    totp.TOTP.activate(student, totp.generate_totp_secret())
    sign_in(client, student)
    page = client.get(reverse("mfa_authenticate")).content.decode()
    assert "Code from your app, or a recovery code" in page
    assert page.count("autofocus") == 1
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()
    assert wrong.count("autofocus") == 1  # the summary of the errors
    assert "Wait for the next one" in wrong


def test_codes_are_offered_by_the_phone():
    attrs = AuthenticateForm(user=None).fields["code"].widget.attrs
    assert (attrs["autocomplete"], attrs["inputmode"]) == ("one-time-code", "numeric")


def test_a_new_address_counts_once_it_is_confirmed(client, student):
    old = student.email
    sign_in(client, student)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    url = reverse("account_email")
    client.post(url, {"email": "new@people.example", "action_add": ""})
    student.refresh_from_db()
    assert student.email == old
    message = mail.outbox[-1]
    assert (message.subject, message.to) == ("Confirm your new e-mail address", ["new@people.example"])
    assert old in message.body
    path = "/" + link_in(message)
    assert client.post(path).url == url
    student.refresh_from_db()
    assert student.email == "new@people.example"
    assert list(EmailAddress.objects.filter(user=student).values_list("email", "verified")) == [(student.email, True)]
    told = mail.outbox[-1]
    assert (told.subject, told.to) == ("Your e-mail address was changed", [old])


def test_an_open_session_is_not_enough_to_change_the_address(client_of, student):
    answer = client_of(student).post(reverse("account_email"), {"email": "new@people.example", "action_add": ""})
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert EmailAddress.objects.filter(email="new@people.example").count() == 0
    assert mail.outbox == []


def test_changing_the_password_signs_the_others_out(client, client_of, student):
    other = client_of(student)
    sign_in(client, student)
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "another long phrase"})
    assert client.get(reverse("home")).status_code == 200
    assert other.get(reverse("home")).status_code == 302


def test_a_password_is_chosen_anew_by_a_link_that_works_once(client, student):
    client.post(reverse("account_reset_password"), {"email": student.email})
    path = "/" + link_in(mail.outbox[-1])
    form = client.get(path).url
    assert "too short" in client.post(form, {"password1": "short"}).content.decode()
    assert client.post(form, {"password1": "another long phrase"}).status_code == 302
    assert "does not work any more" in client.get(path).content.decode()
    assert sign_in(client, student, "another long phrase").url == reverse("home")


def test_an_unknown_address_looks_the_same_and_is_told_by_e_mail(client, student):
    answers = [
        client.post(reverse("account_reset_password"), {"email": email}).url
        for email in (student.email, "nobody@people.example")
    ]
    assert answers[0] == answers[1]
    assert mail.outbox[-1].subject == "You have no account with this address"


def test_a_closed_account_cannot_sign_in(client, db):
    user = make_user("Gone", is_active=False)
    page = sign_in(client, user)
    assert "_auth_user_id" not in client.session
    assert page.status_code in (200, 302)


SIGN_IN_PAGE = """
import django; django.setup()
import re
from django.test import Client
page = Client(headers={"host": "localhost"}).get("/accounts/login/")
print(page.status_code)
print(*re.findall(r"Sign in with ([A-Z]\\w+)", page.content.decode()))
print(page.headers["Content-Security-Policy"])
"""


def sign_in_page(**environment):
    """(names of the providers offered, the policy) of the sign-in page in a process with these variables."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SOCIAL_")}
    wanted = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "marketplace.settings", "DEMO_MODE": "0"}
    command = [sys.executable, "-c", SIGN_IN_PAGE]
    done = subprocess.run(command, env=kept | wanted | environment, capture_output=True, text=True)
    status, names, policy = done.stdout.splitlines()
    assert status == "200", done.stderr
    return names.split(), policy


def test_social_sign_in_is_off_until_it_is_configured(db):
    names, policy = sign_in_page()
    assert names == []
    assert "google" not in policy


def test_social_sign_in_is_configured_by_the_environment(db):
    both = {f"SOCIAL_{name}_{key}": "x" for name in ("GOOGLE", "LINKEDIN") for key in ("CLIENT_ID", "SECRET")}
    names, policy = sign_in_page(**both)
    assert names == ["Google", "LinkedIn"]
    assert "https://accounts.google.com" in policy
    assert "https://www.linkedin.com" in policy
    assert "github" not in policy


def test_half_a_configuration_is_refused():
    code, said = settings_with(SECRET_KEY="x" * 60, SOCIAL_GITHUB_CLIENT_ID="x")
    assert code == 1
    assert "SOCIAL_GITHUB_SECRET" in said
