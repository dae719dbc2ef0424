"""allauth's forms in our words: no placeholders (they vanish when typing), one hint, one password field."""

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.socialaccount import forms as social_forms

PASSWORD_HINT = "At least 10 characters. A few unrelated words are easier to keep than symbols."
LABELS = {"email": "E-mail", "login": "E-mail", "oldpassword": "Your password now", "code": "Code", "name": "Name"}

REQUIRED = {
    "email": "Type your e-mail address.", "login": "Type your e-mail address.", "password": "Type your password.",
    "oldpassword": "Type your password now.", "password1": "Type a new password.", "code": "Type the code.",
}  # fmt: skip


class PlainMixin:
    """Plain labels, no placeholders, and a new password typed once: it can be shown, and reset by e-mail."""

    labels = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.error_messages |= {"required": REQUIRED[name]} if name in REQUIRED else {}
            field.label = self.labels.get(name) or LABELS.get(name, field.label)
            if name in ("password", "oldpassword"):
                field.help_text = ""
            elif name == "password1":
                field.help_text = PASSWORD_HINT


class LoginForm(PlainMixin, account_forms.LoginForm):
    pass


class FromLinkMixin:
    """The link that led here may know the side (`?side=employer`) and the address (an invitation)."""

    labels = {"name": "Your name"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        side = self.fields["side"]
        wanted = context.request.GET.get("side", "") if context.request else ""
        if wanted in dict(side.choices):
            side.initial = wanted

    def save(self, request):
        """An invitation's link proved its own address (views.invitation); with another one typed it proves nothing."""
        adapter = get_adapter(request)
        if not adapter.is_email_verified(request, self.cleaned_data["email"]):
            adapter.unstash_verified_email(request)
        return super().save(request)


class SignupForm(FromLinkMixin, PlainMixin, account_forms.SignupForm):
    pass


class SocialSignupForm(FromLinkMixin, PlainMixin, social_forms.SignupForm):
    """The provider told who this is; what remains is which side, and a name and an address to check."""


class ReauthenticateForm(PlainMixin, account_forms.ReauthenticateForm):
    pass


class ChangePasswordForm(PlainMixin, account_forms.ChangePasswordForm):
    labels = {"password1": "New password"}


class SetPasswordForm(PlainMixin, account_forms.SetPasswordForm):
    labels = {"password1": "New password"}


class ResetPasswordForm(PlainMixin, account_forms.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(PlainMixin, account_forms.ResetPasswordKeyForm):
    labels = {"password1": "New password"}


class AddEmailForm(PlainMixin, account_forms.AddEmailForm):
    labels = {"email": "New e-mail address"}
