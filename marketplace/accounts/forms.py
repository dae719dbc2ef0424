"""Forms of people: validate, then an action writes."""

from django import forms
from django.db import transaction

from marketplace.accounts.actions import become_student
from marketplace.accounts.countries import COUNTRIES
from marketplace.accounts.models import Membership, Organization, SelfDescription, Student, User
from marketplace.clock import now, zone_choices


class SignupForm(forms.Form):
    """What sign-up asks besides e-mail and password (allauth adds those)."""

    side = forms.ChoiceField(
        label="What brings you here?",
        choices=[("student", "I want to do projects"), ("employer", "I want to offer projects")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one; you can do both later."},
    )
    name = forms.CharField(
        label="Your name",
        max_length=120,
        error_messages={"required": "Type your name."},
        help_text="Assessors see a student's name only after the shortlist.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-time-zone": ""}))

    field_order = ["side", "name", "email", "password1", "time_zone"]

    def clean_time_zone(self):
        """The browser's zone, when it is one we know; it can be changed in the profile."""
        zone = self.cleaned_data["time_zone"]
        return zone if zone in dict(zone_choices()) else "UTC"

    @transaction.atomic
    def signup(self, request, user):
        """Called by allauth after the user was saved."""
        user.name, user.time_zone = self.cleaned_data["name"].strip(), self.cleaned_data["time_zone"]
        user.save(update_fields=["name", "time_zone"])
        if self.cleaned_data["side"] == "student":
            become_student(user=user, display_name=user.name, at=now())


class PersonForm(forms.ModelForm):
    """What every person has."""

    class Meta:
        model = User
        fields = ["name", "time_zone"]
        help_texts = {"time_zone": "Deadlines are shown in this zone, in pages and e-mails."}
        error_messages = {"name": {"required": "Type your name."}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class StudentForm(forms.ModelForm):
    """The public side of a student. No GPA, no résumé, no school: the evidence speaks."""

    class Meta:
        model = Student
        fields = [
            "display_name", "headline", "about", "availability", "available_from", "hours_per_week",
            "portfolio_public", "wants_match_notices",
        ]  # fmt: skip
        labels = {
            "display_name": "Name on your portfolio",
            "about": "About you",
            "hours_per_week": "Hours a week you have for projects",
            "portfolio_public": "My portfolio is public",
            "wants_match_notices": "Tell me about projects that fit my evidence",
        }
        help_texts = {
            "display_name": "Your full name, or the part of it that you want strangers to read.",
            "headline": "One line, for example “Statistics student who likes messy survey data”.",
            "available_from": "Only if you chose “Available from a date”.",
        }
        error_messages = {
            "display_name": {"required": "Type the name that your portfolio shows."},
            "hours_per_week": {"required": "Give a number from 1 to 60."},
        }
        widgets = {
            "about": forms.Textarea(attrs={"rows": 5}),
            "availability": forms.RadioSelect,
            "available_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def clean(self):
        values = super().clean()
        if values.get("availability") == Student.Availability.LATER and not values.get("available_from"):
            self.add_error("available_from", "Give the date from which you are available.")
        return values

    def clean_hours_per_week(self):
        hours = self.cleaned_data["hours_per_week"]
        if not 1 <= hours <= 60:
            raise forms.ValidationError("Give a number from 1 to 60.")
        return hours


YES_NO = [("yes", "Yes"), ("no", "No")]


class EligibilityForm(forms.Form):
    """Asked once, before the first application."""

    is_adult = forms.ChoiceField(label="Are you 18 or older?", choices=YES_NO, widget=forms.RadioSelect)
    country = forms.ChoiceField(
        label="Which country do you live in?", choices=[("", "Choose a country"), *COUNTRIES],
        help_text="Stripe pays you there.",
    )  # fmt: skip
    may_contract = forms.ChoiceField(
        label="May you do paid contract work there?", choices=YES_NO, widget=forms.RadioSelect,
        help_text="Some student visas do not allow it. Your international office knows.",
    )  # fmt: skip

    def answers(self):
        """The cleaned answers as the action wants them."""
        data = self.cleaned_data
        yes = {"yes": True, "no": False}
        return {
            "is_adult": yes[data["is_adult"]], "country": data["country"], "may_contract": yes[data["may_contract"]],
        }  # fmt: skip


class SelfDescriptionForm(forms.ModelForm):
    """Every question optional; an answer needs consent (GDPR Art. 9(2)(a): explicit, for this purpose)."""

    consent = forms.BooleanField(
        required=False,
        label="I agree that these answers are used for the fairness report as described above",
    )

    class Meta:
        model = SelfDescription
        fields = SelfDescription.QUESTIONS
        labels = {
            "age": "How old are you?",
            "gender": "What is your gender?",
            "first_generation": "Are you the first in your family to go to college or university?",
            "disability": "Do you live with a disability or a long-term illness?",
            "ethnicity": "Which ethnic group do you identify with?",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for question in SelfDescription.QUESTIONS:
            field = self.fields[question]
            field.choices = [("", "Prefer not to say"), *field.choices[1:]]

    def clean(self):
        values = super().clean()
        if any(self.answers().values()) and not values.get("consent"):
            self.add_error("consent", "Tick this to save answers, or choose “Prefer not to say” everywhere.")
        return values

    def answers(self):
        return {question: self.cleaned_data.get(question) or "" for question in SelfDescription.QUESTIONS}

    def _post_clean(self):
        """The action writes: a form without any answer is fine here, and is no row."""


class OrganizationForm(forms.ModelForm):
    class Meta:
        model = Organization
        fields = ["name", "website", "place", "about"]
        labels = {"name": "Name of the organization", "place": "Where you are", "about": "What you do"}
        help_texts = {
            "name": "Its real name. Nobody may use the name of another organization.",
            "website": "Helps us to verify you faster.",
            "place": "For example “Portland, Oregon” or “Remote”.",
            "about": "Two or three sentences that a student can picture.",
        }
        error_messages = {"name": {"required": "Give the organization's name."}}
        widgets = {"about": forms.Textarea(attrs={"rows": 5})}


class InviteForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address", max_length=254,
        error_messages={
            "required": "Type the e-mail address of the person.",
            "invalid": "Type the whole e-mail address, like name@example.com.",
        },
    )  # fmt: skip
    role = forms.ChoiceField(
        label="Role",
        choices=[
            (Membership.Role.MEMBER, "Member: posts projects, assesses, approves"),
            (Membership.Role.FINANCE, "Finance: funds projects and sees payments"),
            (Membership.Role.OWNER, "Owner: everything, members included"),
        ],
        widget=forms.RadioSelect,
        initial=Membership.Role.MEMBER,
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Membership.Role.choices)
