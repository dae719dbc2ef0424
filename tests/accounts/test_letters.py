"""The e-mails of sign-in and security: all of them ours, text and HTML saying the same."""

import re
from pathlib import Path

import allauth
import pytest
from django.conf import settings
from django.core import mail
from django.urls import reverse

from marketplace.accounts.adapters import AccountAdapter
from marketplace.accounts.letters import device_in_words, parts
from tests.factories import PASSWORD

OURS = Path(settings.BASE_DIR) / "templates"
THEIRS = Path(allauth.__file__).parent / "templates"
NEVER_SENT = ("base_", "login_code", "password_reset_code", "email_confirm_")  # sign-in by code is off
MESSAGES = sorted(
    path.relative_to(THEIRS).as_posix()
    for path in THEIRS.glob("*/email/*_message.txt")
    if not path.name.startswith(NEVER_SENT)
)


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def test_every_e_mail_that_allauth_can_send_is_ours():
    assert "mfa/email/totp_activated_message.txt" in MESSAGES
    wanted = [*MESSAGES, *(name.replace("_message", "_subject") for name in MESSAGES)]
    assert [name for name in wanted if not (OURS / name).exists()] == []


@pytest.mark.parametrize("name", MESSAGES)
def test_text_and_html_say_the_same(name, rf, student):
    request = rf.get("/", headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"})
    request.user = student
    context = {
        "request": request, "user": student, "email": "robin@people.example", "ip": "203.0.113.9",
        "timestamp": student.date_joined, "user_agent": request.headers["User-Agent"], "provider": "Google",
        "activate_url": "https://x.example/a?b=1&c=2", "password_reset_url": "https://x.example/r",
        "signup_url": "https://x.example/s", "from_email": "old@people.example", "to_email": "new@people.example",
        "deleted_email": "new@people.example",
    }  # fmt: skip
    message = AccountAdapter(request).render_mail(name.removesuffix("_message.txt"), "robin@people.example", context)
    html, kind = message.alternatives[0]
    assert (kind, message.to) == ("text/html", ["robin@people.example"])
    assert message.subject
    assert "{" not in message.body
    assert "None" not in message.body
    shown = re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.S))
    for word in re.findall(r"[\w@.-]{4,}", message.body):
        assert word in shown or word in html
    if "notification" in (OURS / name).read_text():
        assert "Firefox on Windows" in message.body
        assert "203.0.113.9" in shown


def test_paragraphs_become_links_tables_and_text():
    found = parts("Hello.\n\nOpen: https://x.example/a\n\nWhen: today\nFrom: here\n\nIf not: wait. Then go on.")
    assert found == [
        {"text": "Hello."},
        {"link": {"label": "Open", "url": "https://x.example/a"}},
        {"facts": [("When", "today"), ("From", "here")]},
        {"facts": [("If not", "wait. Then go on.")]},
    ]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari on a Mac"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5.0", ""),
    ],
)  # fmt: skip
def test_a_device_in_words(agent, words):
    assert device_in_words(agent) == words


def test_a_changed_password_is_told(client_of, student):
    client = client_of(student)
    data = {"oldpassword": PASSWORD, "password1": "another long phrase"}
    assert client.post(reverse("account_change_password"), data).status_code == 302
    message = mail.outbox[-1]
    assert (message.subject, message.to) == ("Your password was changed", [student.email])
    assert reverse("account_reset_password") in message.body
