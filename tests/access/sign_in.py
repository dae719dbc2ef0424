"""Rows of django-allauth's routes and of the tools of a local copy."""

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator

from marketplace.local.models import OutboxMessage
from tests.access.table import SIGN_IN, row

SIGNED_IN = {"visitor": SIGN_IN}
ENTRANCE = {"visitor": 200}  # who is signed in already is led home
ASKS_AGAIN = 302  # the password first: the sign-in is not fresh
NOT_SET_UP = 404  # there is no such factor to look at


def a_confirmation(scene):
    address = EmailAddress.objects.get(user=scene.student_user)
    return [EmailConfirmationHMAC(address).key]


def a_reset_key(scene):
    user = scene.student_user
    return [user_pk_to_url_str(user), default_token_generator.make_token(user)]


def a_passkey(scene):
    return [Authenticator.objects.create(user=scene.student_user, type=Authenticator.Type.WEBAUTHN, data={}).pk]


def a_mail(scene):
    return [OutboxMessage.objects.create(sender="a", recipients="b", subject="c", text="d", html="<p>d</p>").pk]


ROWS = [
    row("account_login", 302, **ENTRANCE),
    row("account_signup", 302, **ENTRANCE),
    row("account_logout", 200, visitor=302),
    row("account_logout", 302, method="post"),
    row("account_inactive", 200),
    row("account_reauthenticate", 200, **SIGNED_IN),
    row("account_email", 200, **SIGNED_IN),
    row("account_email_verification_sent", 200),
    row("account_confirm_email", 200, args=a_confirmation),
    row("account_change_password", 200, **SIGNED_IN),
    row("account_set_password", 302),
    row("account_reset_password", 200),
    row("account_reset_password_done", 200),
    row("account_reset_password_from_key", 200, args=a_reset_key, visitor=302),  # a sign-in makes the key stale
    row("account_reset_password_from_key_done", 200),
    row("account_confirm_login_code", 302),
    row("mfa_index", 200, **SIGNED_IN),
    row("mfa_authenticate", 302),
    row("mfa_reauthenticate", ASKS_AGAIN),
    row("mfa_activate_totp", ASKS_AGAIN),
    row("mfa_deactivate_totp", NOT_SET_UP, **SIGNED_IN),
    row("mfa_view_recovery_codes", NOT_SET_UP, **SIGNED_IN),
    row("mfa_download_recovery_codes", NOT_SET_UP, **SIGNED_IN),
    row("mfa_generate_recovery_codes", ASKS_AGAIN),
    row("mfa_list_webauthn", 200, **SIGNED_IN),
    row("mfa_add_webauthn", ASKS_AGAIN),
    row("mfa_remove_webauthn", ASKS_AGAIN, args=a_passkey),
    row("mfa_edit_webauthn", ASKS_AGAIN, args=a_passkey),
    row("mfa_login_webauthn", 302),
    row("mfa_reauthenticate_webauthn", 302),
    row("socialaccount_connections", 200, **SIGNED_IN),
    row("socialaccount_login_cancelled", 200),
    row("socialaccount_login_error", 401),
    row("socialaccount_signup", 302),
    row("local:outbox", 200),
    row("local:message", 200, args=a_mail),
    row("local:message_html", 200, args=a_mail),
    row("local:sign_in_as", 404, method="post", data={"email": "maya@proofwork.example"}),
]
