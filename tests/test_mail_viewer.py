"""Every e-mail becomes a row, and the rows can be read under /dev/outbox/, here and nowhere else."""

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.db import transaction
from django.urls import reverse

from marketplace.local.models import OutboxMessage

pytestmark = pytest.mark.django_db
BACKEND = "marketplace.local.outbox.EmailBackend"


def send(to=("ada@people.example",), subject="Acme approved your delivery", text="$480 is on its way.", html=""):
    message = EmailMultiAlternatives(
        subject,
        text,
        "Proofwork <hello@site.example>",
        to,
        connection=get_connection(BACKEND),
        headers={"X-Kind": "money"},
    )
    if html:
        message.attach_alternative(html, "text/html")
    assert message.send() == 1
    return OutboxMessage.objects.latest("pk")


def test_a_message_is_kept_whole():
    row = send(to=["ada@people.example", "ben@people.example"], html="<p>$480</p>")
    assert row.sender == "Proofwork <hello@site.example>"
    assert row.recipients == "ada@people.example, ben@people.example"
    assert (row.subject, row.text, row.html) == ("Acme approved your delivery", "$480 is on its way.", "<p>$480</p>")
    assert (row.headers, row.attachments) == ({"X-Kind": "money"}, [])


def test_a_message_that_is_only_html_has_no_text_and_attachments_keep_their_names():
    message = EmailMessage("Receipt", "<p>Paid</p>", to=["ada@people.example"], connection=get_connection(BACKEND))
    message.content_subtype = "html"
    message.attach("receipt.csv", "a,b", "text/csv")
    assert message.send() == 1
    row = OutboxMessage.objects.get()
    assert (row.text, row.html, row.attachments) == ("", "<p>Paid</p>", ["receipt.csv"])


def test_a_message_to_nobody_is_not_kept():
    assert EmailMessage("Hello", "…", to=[], connection=get_connection(BACKEND)).send() == 0
    assert OutboxMessage.objects.count() == 0


def test_what_is_rolled_back_was_not_sent():
    with transaction.atomic():
        send()
        transaction.set_rollback(True)
    assert OutboxMessage.objects.count() == 0


def test_the_list_shows_the_newest_first_and_finds_a_recipient(client):
    send(subject="First")
    send(subject="Second", to=["ben@people.example"])
    page = client.get(reverse("local:outbox"))
    assert [message.subject for message in page.context["page"]] == ["Second", "First"]
    found = client.get(reverse("local:outbox"), {"to": " BEN@"})
    assert [message.subject for message in found.context["page"]] == ["Second"]
    none = client.get(reverse("local:outbox"), {"to": "<script>nobody"})
    assert "No message to “&lt;script&gt;nobody”" in none.content.decode()


def test_the_list_has_pages_and_odd_page_numbers_do_no_harm(client, django_assert_num_queries):
    for number in range(30):
        send(subject=f"Message {number}")
    with django_assert_num_queries(2):
        first = client.get(reverse("local:outbox"))
    assert [message.subject for message in first.context["page"]] == [f"Message {n}" for n in range(29, 4, -1)]
    assert 'href="?page=2"' in first.content.decode()
    last = client.get(reverse("local:outbox"), {"page": "2"})
    assert [message.subject for message in last.context["page"]] == [f"Message {n}" for n in range(4, -1, -1)]
    for odd in ("0", "-1", "99", "x", ""):
        assert client.get(reverse("local:outbox"), {"page": odd}).status_code == 200


def test_a_message_is_shown_with_links_to_click(client):
    row = send(text="Open http://localhost:8000/engagements/K7Q2/ now.", html="<p>Open</p>")
    page = client.get(reverse("local:message", args=[row.pk])).content.decode()
    assert '<a href="http://localhost:8000/engagements/K7Q2/" rel="nofollow">' in page
    frame = reverse("local:message_html", args=[row.pk])
    sandbox = "allow-top-navigation-by-user-activation allow-popups allow-popups-to-escape-sandbox"
    assert f'<iframe class="mail-frame" src="{frame}" sandbox="{sandbox}" title="The message">' in page


def test_the_html_part_can_do_nothing_but_look_and_link(client):
    row = send(html='<p style="color:red">Hello</p><script>alert(1)</script>')
    page = client.get(reverse("local:message_html", args=[row.pk]))
    policy = {rule.split()[0]: rule.split()[1:] for rule in page["Content-Security-Policy"].split("; ")}
    assert policy["default-src"] == ["'none'"]
    assert "script-src" not in policy  # so default-src holds
    assert policy["form-action"] == ["'none'"]
    assert policy["style-src"] == ["'unsafe-inline'"]
    assert "allow-scripts" not in policy["sandbox"]
    assert policy["frame-ancestors"] == ["'self'"]
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    assert page.content.decode().startswith('<base target="_top"><p style="color:red">')


def test_the_page_around_it_keeps_the_strict_policy(client):
    row = send(html="<p>Hello</p>")
    policy = client.get(reverse("local:message", args=[row.pk]))["Content-Security-Policy"]
    assert "frame-src 'self'" in policy
    assert "unsafe-inline" not in policy


def test_a_message_without_html_has_no_html_page(client):
    row = send()
    assert "<iframe" not in client.get(reverse("local:message", args=[row.pk])).content.decode()
    assert client.get(reverse("local:message_html", args=[row.pk])).status_code == 404
    assert client.get(reverse("local:message", args=[row.pk + 1])).status_code == 404


@pytest.mark.parametrize("name", ["outbox", "message", "message_html"])
def test_the_viewer_only_reads_and_only_where_local(name, client, settings):
    row = send(html="<p>Hello</p>")
    address = reverse(f"local:{name}", args=[] if name == "outbox" else [row.pk])
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 405
    settings.LOCAL = False
    assert client.get(address).status_code == 404
    assert OutboxMessage.objects.get() == row
