"""How django-allauth is fitted to this product."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from marketplace.emails import INLINER


class AuthenticationBackend(AllauthBackend):
    """E-mail and password, checked by allauth: nobody signs in around MFA."""


class AccountAdapter(DefaultAccountAdapter):
    """Our e-mails and redirects."""

    def render_mail(self, template_prefix, email, context, headers=None):
        """allauth's text with our HTML around it; the paragraph that is a bare link becomes the button."""
        subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", context).split())
        text = render_to_string(f"{template_prefix}_message.txt", context).strip()
        paragraphs = [part.strip() for part in text.split("\n\n") if part.strip()]
        link = next((part for part in paragraphs if part.startswith(("http://", "https://"))), "")
        html = render_to_string(
            "account/email/wrapped.html",
            {
                "subject": subject,
                "paragraphs": paragraphs,
                "link": link,
                "site_name": settings.SITE_NAME,
                "site_url": settings.SITE_URL,
            },
        )
        to = [email] if isinstance(email, str) else email
        message = EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, to, headers=headers)
        message.attach_alternative(INLINER.inline(html), "text/html")
        return message

    def get_signup_redirect_url(self, request):
        return reverse("home")
