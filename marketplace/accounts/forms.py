"""Forms of people."""

from django import forms


class SignupForm(forms.Form):
    """Added to allauth's sign-up form."""

    def signup(self, request, user):
        """Called by allauth after the user was saved."""
