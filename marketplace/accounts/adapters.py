"""How django-allauth is fitted to this product."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend


class AuthenticationBackend(AllauthBackend):
    """E-mail and password, checked by allauth; one backend, so that nobody signs in around MFA."""


class AccountAdapter(DefaultAccountAdapter):
    """Our e-mails and redirects."""
