"""How django-allauth is fitted to this product: our e-mails, our words, our redirects."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse

from marketplace import prepared
from marketplace.accounts import letters
from marketplace.accounts.models import User
from marketplace.emails import INLINER
from marketplace.rows import joined

# With what every page asks of a person: the student that they may be, how many notices they have not read, and whether
# they are in an organization.
READER = joined(User, "student")
WHO = """
SELECT COLUMNS,
       (SELECT count(*) FROM notifications_notification n WHERE n.recipient_id = t.id AND n.read_at IS NULL),
       EXISTS (SELECT FROM accounts_membership m WHERE m.user_id = t.id)
FROM SOURCE WHERE t.id = %(pk)s
""".replace("COLUMNS", READER.columns).replace("SOURCE", READER.source)


class AuthenticationBackend(AllauthBackend):
    """E-mail and password, checked by allauth: nobody signs in around MFA."""

    def get_user(self, user_id):
        with connection.cursor() as cursor:
            prepared.execute(cursor, WHO, "pk bigint", {"pk": user_id})
            found = cursor.fetchone()
        if found is None:
            return None
        *row, unread, is_member = found
        user = READER.instance(row, connection)
        user.unread_count, user.is_in_organization = unread, is_member
        return user if self.user_can_authenticate(user) else None


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is closed.",
        "duplicate_email": "This is your address already, or you have just asked to change to it.",
        "email_password_mismatch": "The e-mail address and the password do not belong together. Check both.",
        "email_taken": "Another account uses this e-mail address.",
        "enter_current_password": "This is not your password. Type the one you sign in with now.",
        "incorrect_code": "This code is not right. Wait for the next one, or check that you typed all its digits.",
        "incorrect_password": "This is not your password.",
        "invalid_password_reset": "This link was used already, or it is too old.",
        "rate_limited": "That was a bit fast. Wait a few minutes and try again.",
        "too_many_login_attempts": "Too many wrong attempts. Wait five minutes, or choose a new password by e-mail.",
    }

    def render_mail(self, template_prefix, email, context, headers=None):
        """The text of `<prefix>_message.txt` and the same in HTML."""
        device = letters.device_in_words(context.get("user_agent", ""))
        about = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, "device": device}
        context = about | context
        subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", context).split())
        text = render_to_string(f"{template_prefix}_message.txt", context).strip()
        html = render_to_string("account/email/letter.html", about | {"subject": subject, "parts": letters.parts(text)})
        to = [email] if isinstance(email, str) else email
        message = EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, to, headers=headers)
        message.attach_alternative(INLINER.inline(html), "text/html")
        return message

    def respond_email_verification_sent(self, request, user):
        """Remember which address to name on the next page; whether it has an account already makes no difference."""
        request.session["confirmation_sent_to"] = request.POST.get("email") or request.POST.get("login", "")
        return super().respond_email_verification_sent(request, user)

    def get_signup_redirect_url(self, request):
        return reverse("home")

    def get_email_verification_redirect_url(self, email_address):
        """After a change of address back to where it was asked for; after sign-up elsewhere, to sign in."""
        return reverse("account_email" if self.request.user.is_authenticated else "account_login")


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": (
            "Turn off the authenticator app and remove your passkeys first. When the new address is confirmed, turn "
            "them on again."
        ),
        "cannot_generate_recovery_codes": "Set up an authenticator app or a passkey first.",
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "incorrect_recovery_code": (
            "This recovery code is not right, or it was used before: each works once. Check it, or take another."
        ),
        "unverified_email": "Confirm your new e-mail address first, or cancel the change.",
    }

    def _get_site_name(self):
        return settings.SITE_NAME

    def generate_authenticator_name(self, user, type):
        """ "Chrome on a Mac": what made the passkey, numbered when there is one of that name."""
        request = allauth_context.request
        name = letters.device_in_words(request.headers.get("User-Agent", "")) or "Passkey"
        taken = {row.wrap().name for row in Authenticator.objects.filter(user=user, type=type)}
        names = (name if number == 1 else f"{name} ({number})" for number in range(1, len(taken) + 2))
        return next(found for found in names if found not in taken)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "email_taken": "You have an account with this address. Sign in to it, then connect your %s account.",
        "disconnect_last": "You need it to sign in. Set a password first.",
        "no_password": "You need it to sign in. Set a password first.",
        "connected_other": "This account is connected to somebody else here.",
    }

    def get_signup_form_initial_data(self, sociallogin):
        """Name and address as the provider knows them."""
        known = sociallogin.account.extra_data
        known = known.get("userinfo") or known.get("id_token") or known
        return super().get_signup_form_initial_data(sociallogin) | {"name": known.get("name") or ""}
