"""What the admin must not show: the secrets of second steps and the keys to other sites. People are in moderation."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialApp, SocialToken
from django.contrib import admin

for model in (Authenticator, SocialApp, SocialToken):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
