"""allauth's forms of the second step and of passkeys, in our words."""

from allauth.mfa.base import forms as code_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as passkey_forms

from marketplace.accounts.sign_in_forms import PlainMixin

DIGITS = {"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false", "maxlength": "12"}


class CodeMixin(PlainMixin):
    """A phone shows its number pad and offers the code."""

    hint = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.widget.attrs |= DIGITS
        code.help_text = self.hint


class AuthenticateForm(CodeMixin, code_forms.AuthenticateForm):
    hint = "Six digits from your authenticator app, or one of your recovery codes."


class ReauthenticateForm(CodeMixin, code_forms.ReauthenticateForm):
    hint = AuthenticateForm.hint


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
