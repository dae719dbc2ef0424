"""allauth's forms in our words: no placeholders (they vanish when typing), one hint instead of three."""

from allauth.account import forms as account_forms

PASSWORD_HINT = "At least 10 characters. A few unrelated words are easier to keep than symbols."


def plain(fields):
    """Remove placeholders and say "E-mail" once and the same everywhere."""
    for name, field in fields.items():
        field.widget.attrs.pop("placeholder", None)
        if name in ("email", "login"):
            field.label = "E-mail"


class LoginForm(account_forms.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        plain(self.fields)
        self.fields["password"].help_text = ""


class SignupForm(account_forms.SignupForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        plain(self.fields)
        self.fields["password1"].help_text = PASSWORD_HINT


class ChangePasswordForm(account_forms.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        plain(self.fields)
        self.fields["password1"].help_text = PASSWORD_HINT


class ResetPasswordForm(account_forms.ResetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        plain(self.fields)


class ResetPasswordKeyForm(account_forms.ResetPasswordKeyForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        plain(self.fields)
        self.fields["password1"].help_text = PASSWORD_HINT


class AddEmailForm(account_forms.AddEmailForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        plain(self.fields)
