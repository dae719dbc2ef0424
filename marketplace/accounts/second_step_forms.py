"""allauth's forms of the second step and of passkeys, in our words."""

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as code_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as passkey_forms
from django import forms

from marketplace.accounts.notices import recovery_code_used
from marketplace.accounts.sign_in_forms import PlainMixin

DIGITS = {"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false", "maxlength": "12"}
APP_DIGITS = 6


class CodeMixin(PlainMixin):
    """A phone shows its number pad and offers the code."""

    hint = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.widget.attrs |= DIGITS
        code.help_text = self.hint


class EitherCodeMixin(CodeMixin):
    """A code from the app or a recovery code; who used one of those hears how many are left, by e-mail too."""

    labels = {"code": "Code from your app, or a recovery code"}
    hint = "The app shows six digits; a recovery code has eight and works once."

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_bound:  # else the summary of the errors has the focus
            self.fields["code"].widget.attrs["autofocus"] = True

    def clean_code(self):
        try:
            return super().clean_code()
        except forms.ValidationError as error:
            if error.code == "incorrect_code" and len("".join(self.cleaned_data["code"].split())) > APP_DIGITS:
                raise get_adapter().validation_error("incorrect_recovery_code") from None
            raise

    def save(self):
        super().save()
        if self.authenticator.type == Authenticator.Type.RECOVERY_CODES:
            self.authenticator.refresh_from_db()
            recovery_code_used(context.request, self.user, len(self.authenticator.wrap().get_unused_codes()))


class AuthenticateForm(EitherCodeMixin, code_forms.AuthenticateForm):
    pass


class ReauthenticateForm(EitherCodeMixin, code_forms.ReauthenticateForm):
    pass


class ActivateTOTPForm(CodeMixin, totp_forms.ActivateTOTPForm):
    labels = {"code": "Six digits from the app"}


class AddPasskeyForm(PlainMixin, passkey_forms.AddWebAuthnForm):
    """A name to know it by; by default it signs in by itself, without the password."""

    labels = {"name": "Name of this passkey", "passwordless": "Sign in with it alone, without my password"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].max_length = 60
        self.fields["name"].help_text = "So that you know which one to remove, for example “Work laptop”."
        self.fields["name"].widget.attrs |= {"maxlength": "60", "autocomplete": "off"}
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].help_text = "Leave it off for a security key that cannot check a PIN or a finger."


class RenamePasskeyForm(PlainMixin, passkey_forms.EditWebAuthnForm):
    labels = {"name": "Name of this passkey"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs |= {"maxlength": "60", "autocomplete": "off"}
