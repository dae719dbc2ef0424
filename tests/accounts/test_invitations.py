"""An invitation from the e-mail to the membership: for people with and without an account, and every way it ends."""

import pytest
from django.core import mail
from django.urls import reverse

from marketplace.accounts.models import Membership, User
from tests.accounts.test_pages import link_in
from tests.factories import PASSWORD, make_member, make_user

ADDRESS = "cy@people.example"


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def path(client_of, organization, owner, django_capture_on_commit_callbacks):
    """The path that was e-mailed to ADDRESS."""
    with django_capture_on_commit_callbacks(execute=True):
        client_of(owner).post(
            reverse("accounts:invite", args=[organization.slug]), {"email": ADDRESS, "role": "member"}
        )
    assert mail.outbox[-1].to == [ADDRESS]
    return "/" + link_in(mail.outbox[-1])


def sign_up(client, next_path, email=ADDRESS):
    data = {"side": "employer", "name": "Cy Lind", "email": email, "password1": PASSWORD, "next": next_path}
    return client.post(reverse("account_signup"), data)


def test_somebody_new_signs_up_without_a_second_confirmation(client, path, organization):
    page = client.get(path).content.decode()
    assert "Create an account to join" in page
    form = client.get(reverse("account_signup"), {"next": path, "side": "employer"})
    assert f'value="{ADDRESS}"' in form.content.decode()
    sent = len(mail.outbox)
    assert sign_up(client, path).url == path
    assert len(mail.outbox) == sent
    user = User.objects.get(email=ADDRESS)
    assert client.session["_auth_user_id"] == str(user.pk)
    assert user.emailaddress_set.get().verified
    assert client.post(path).url == organization.get_absolute_url()
    assert Membership.objects.get(user=user).role == "member"


def test_another_address_is_confirmed_first_and_comes_back(client, path):
    client.get(path)
    assert sign_up(client, path, "other@people.example").url == reverse("account_email_verification_sent")
    assert "_auth_user_id" not in client.session
    confirm = "/" + link_in(mail.outbox[-1])
    assert client.post(confirm).url == path
    page = client.get(path).content.decode()
    assert "You are signed in as other@people.example" in page
    assert client.post(path).status_code == 410
    assert Membership.objects.filter(user__email="other@people.example").count() == 0


def test_the_link_proves_an_address_only_to_who_opened_it(client, client_of, path):
    client.get(path)
    stranger = client_of(None)
    assert sign_up(stranger, path).url == reverse("account_email_verification_sent")
    assert "_auth_user_id" not in stranger.session


def test_somebody_with_an_account_signs_in_and_comes_back(client, path):
    user = make_user("Cy Lind", email=ADDRESS)
    page = client.get(path).content.decode()
    assert "Sign in to join" in page
    assert "Create an account" not in page.split("<main")[1].split("</main>")[0]
    answer = client.post(reverse("account_login"), {"login": ADDRESS, "password": PASSWORD, "next": path})
    assert answer.url == path
    client.post(path)
    client.post(path)
    assert Membership.objects.filter(user=user).count() == 1


def test_a_visitor_cannot_accept(client, path):
    client.post(path)
    assert Membership.objects.filter(user__email=ADDRESS).count() == 0


def test_taken_back_is_over(client, client_of, path, organization, owner):
    invitation = organization.invitations.get()
    client_of(owner).post(reverse("accounts:revoke", args=[organization.slug, invitation.pk]))
    answer = client.get(path)
    assert answer.status_code == 410
    assert "not valid any more" in answer.content.decode()


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("", "Type the e-mail address of"),
        ("nobody", "Type the whole e-mail address"),
        ("x" * 250 + "@a.example", "at most 254"),
    ],
)
def test_a_bad_address_is_refused_and_kept(client_of, organization, owner, email, words):
    answer = client_of(owner).post(
        reverse("accounts:invite", args=[organization.slug]), {"email": email, "role": "finance"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert 'href="#id_email"' in page
    assert organization.invitations.count() == 0


def test_the_last_owner_is_told_how_to_leave(client_of, organization, owner):
    url = reverse("accounts:remove", args=[organization.slug, owner.code])
    asked = client_of(owner).get(url).content.decode()
    assert "You are the only owner" in asked
    assert "button-danger" not in asked
    page = client_of(owner).post(url, follow=True).content.decode()
    assert "at least one owner" in page
    assert organization.memberships.get(user=owner).role == "owner"


def test_one_of_two_owners_may_leave(client_of, organization, owner):
    make_member(organization, make_user("Ada King"), "owner")
    url = reverse("accounts:remove", args=[organization.slug, owner.code])
    page = client_of(owner).get(url).content.decode()
    assert "button-danger" in page
    assert "You are the only owner" not in page


def test_a_member_leaves_and_is_led_home(client_of, organization, owner, member):
    url = reverse("accounts:remove", args=[organization.slug, member.code])
    assert client_of(member).post(url).url == reverse("home")
    assert not organization.memberships.filter(user=member).exists()
