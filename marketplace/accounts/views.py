"""Profile, eligibility, organizations and their members."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.access import get_for_user, require
from marketplace.accounts import actions, forms, rules
from marketplace.accounts.countries import COUNTRIES
from marketplace.accounts.models import Block, Organization, SelfDescription, Student, User
from marketplace.clock import now
from marketplace.errors import DomainError, form_status
from marketplace.redirects import back_to

SUSPENDED = "Your account is suspended: you can read, but not change anything."
NOTHING_KEPT = "Nothing of this kind is stored about you."


@login_required
@require_safe
def menu(request):
    """What belongs to the person: a page, and the panel that site.js opens at the button in the header."""
    return render(request, "accounts/_menu.html" if request.htmx else "accounts/menu.html")


@login_required
@require_http_methods(["GET", "POST"])
def profile(request):
    """Who I am: what everybody has, and the student side for students."""
    student = request.reader.student
    data = request.POST or None
    person_form = forms.PersonForm(data, instance=request.user)
    student_form = forms.StudentForm(data, instance=student, prefix="student") if student else None
    if request.method == "POST":
        require(rules.in_good_standing(request.user), SUSPENDED)
        if person_form.is_valid() and (student_form is None or student_form.is_valid()):
            save_profile(request.user, person_form, student_form, at=now())
            messages.success(request, "Your profile is saved.")
            return redirect("accounts:profile")
    found = [form for form in (person_form, student_form) if form is not None]
    context = {"person_form": person_form, "student_form": student_form, "forms": found}
    context["country"] = dict(COUNTRIES).get(student.country, "") if student else ""
    return render(request, "accounts/profile.html", context, status=form_status(*found))


@transaction.atomic
def save_profile(user, person_form, student_form, *, at):
    """Both halves of the page or neither."""
    actions.update_person(user=user, at=at, **person_form.cleaned_data)
    if student_form:
        actions.update_student(student=user.student, by=user, at=at, **student_form.cleaned_data)


@login_required
@require_POST
def start_student(request):
    """Open the student side for somebody who joined as an employer."""
    require(rules.in_good_standing(request.user), SUSPENDED)
    actions.become_student(user=request.user, display_name=request.user.get_full_name(), at=now())
    messages.success(request, "You can apply to projects now. Say a little about yourself first.")
    return redirect("accounts:profile")


@login_required
@require_http_methods(["GET", "POST"])
def eligibility(request):
    """Age, country and the right to contract; then on to where the person came from."""
    student = request.reader.student
    require(student is not None, "Only students answer this.")
    form = forms.EligibilityForm(request.POST or None, initial=eligibility_initial(student))
    if request.method == "POST":
        require(rules.in_good_standing(request.user), SUSPENDED)
        if form.is_valid():
            student = actions.answer_eligibility(student=student, by=request.user, at=now(), **form.answers())
            if not student.is_eligible:
                return redirect("accounts:eligibility")
            messages.success(request, "Thank you. You can apply to projects.")
            return back_to(request, "projects:browse")
    context = {"form": form, "student": student, "answered": student.eligibility_answered_at is not None}
    context["next"] = request.POST.get("next") or request.GET.get("next", "")
    return render(request, "accounts/eligibility.html", context, status=form_status(form))


def eligibility_initial(student):
    """The earlier answers as the form shows them."""
    words = {True: "yes", False: "no", None: None}
    return {
        "is_adult": words[student.is_adult],
        "country": student.country,
        "may_contract": words[student.may_contract],
    }


@login_required
@require_http_methods(["GET", "POST"])
def self_description(request):
    """What a student chooses to say about themselves, for totals only."""
    student = request.reader.student
    require(student is not None, "Only students answer this.")
    kept = SelfDescription.objects.filter(student=student).first()
    form = forms.SelfDescriptionForm(request.POST or None, instance=kept, initial={"consent": kept is not None})
    if request.method == "POST":
        require(rules.in_good_standing(request.user), SUSPENDED)
        if form.is_valid():
            saved = actions.describe_self(student=student, answers=form.answers(), at=now())
            messages.success(request, "Your answers are saved." if saved else NOTHING_KEPT)
            return redirect("accounts:self_description")
    return render(request, "accounts/self_description.html", {"form": form, "kept": kept}, status=form_status(form))


@login_required
@require_POST
def forget_self_description(request):
    """Open to suspended people too: consent can be taken back at any time."""
    student = request.reader.student
    require(student is not None, "Only students have answers here.")
    actions.forget_self_description(student=student)
    messages.success(request, NOTHING_KEPT)
    return redirect("accounts:self_description")


@login_required
def organizations(request):
    """The organizations I am a member of."""
    return render(request, "accounts/organizations.html")


@login_required
@require_http_methods(["GET", "POST"])
def organization_new(request):
    require(rules.in_good_standing(request.user), SUSPENDED)
    form = forms.OrganizationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        organization = actions.create_organization(by=request.user, at=now(), **form.cleaned_data)
        messages.success(request, f"{organization} is ready. Post your first project.")
        return redirect("projects:manage")
    return render(request, "accounts/organization_form.html", {"form": form}, status=form_status(form))


@login_required
@require_http_methods(["GET", "POST"])
def organization_edit(request, slug):
    found = get_for_user(Organization, request.user, slug=slug, may=rules.may_manage_members)
    form = forms.OrganizationForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        actions.update_organization(organization=found, by=request.user, at=now(), **form.cleaned_data)
        messages.success(request, "The organization's page is saved.")
        return redirect(found)
    context = {"form": form, "organization": found}
    return render(request, "accounts/organization_form.html", context, status=form_status(form))


@login_required
def members(request, slug):
    """Members, roles and open invitations; owners change them here."""
    found = get_for_user(Organization, request.user, slug=slug, may=rules.is_member)
    return render(request, "accounts/members.html", members_context(request, found))


def members_context(request, organization, form=None):
    at = now()
    rows = organization.memberships.select_related("user").order_by("user__name", "pk")
    waiting = organization.invitations.filter(accepted_at=None, revoked_at=None, expires_at__gt=at).order_by("email")
    return {
        "organization": organization, "memberships": rows, "invitations": waiting,
        "may_manage": rules.may_manage_members(request.user, organization), "form": form or forms.InviteForm(),
        "may_post": rules.may_post(request.user, organization),
        "blocks": organization.blocks.filter(side=Block.Side.ORGANIZATION).select_related("student", "by"),
    }  # fmt: skip


@login_required
@require_POST
def invite(request, slug):
    found = get_for_user(Organization, request.user, slug=slug, may=rules.may_manage_members)
    form = forms.InviteForm(request.POST)
    if form.is_valid():
        try:
            invitation = actions.invite_member(organization=found, by=request.user, at=now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, f"Invitation sent to {invitation.email}. It is valid for 14 days.")
            return redirect("accounts:members", slug=slug)
    return render(request, "accounts/members.html", members_context(request, found, form), status=422)


@login_required
@require_POST
def revoke(request, slug, pk):
    found = get_for_user(Organization, request.user, slug=slug, may=rules.may_manage_members)
    invitation = get_object_or_404(found.invitations, pk=pk)
    actions.revoke_invitation(invitation=invitation, by=request.user, at=now())
    messages.success(request, f"The invitation to {invitation.email} no longer works.")
    return redirect("accounts:members", slug=slug)


@login_required
@require_POST
def change_role(request, slug, code):
    found = get_for_user(Organization, request.user, slug=slug, may=rules.may_manage_members)
    membership = get_object_or_404(found.memberships, user__code=code)
    form = forms.RoleForm(request.POST)
    if form.is_valid():
        attempt(request, actions.change_role, membership=membership, done="The role is changed.", **form.cleaned_data)
    return redirect("accounts:members", slug=slug)


@login_required
@require_http_methods(["GET", "POST"])
def remove(request, slug, code):
    """A page that asks first; owners remove anybody, everybody else may only leave."""
    found = get_for_user(Organization, request.user, slug=slug, may=rules.is_member)
    membership = get_object_or_404(found.memberships.select_related("user"), user__code=code)
    leaving = membership.user_id == request.user.pk
    require(leaving or rules.may_manage_members(request.user, found))
    if request.method == "POST":
        if attempt(
            request, actions.remove_member, membership=membership, done=f"{membership.user} is no longer a member."
        ):
            return redirect("home") if leaving else redirect("accounts:members", slug=slug)
        return redirect("accounts:members", slug=slug)
    context = {
        "organization": found, "membership": membership, "leaving": leaving,
        "is_only_owner": rules.is_only_owner(membership),
    }  # fmt: skip
    return render(request, "accounts/remove.html", context)


def attempt(request, action, *, done, **arguments):
    """Run an action; tell the person how it went. True when it worked."""
    try:
        action(by=request.user, at=now(), **arguments)
    except DomainError as error:
        messages.error(request, error.message)
        return False
    messages.success(request, done)
    return True


@login_required
@require_POST
def block_organization(request, slug):
    """Block, or with `undo` unblock."""
    found = get_for_user(Organization, request.user, slug=slug, may=rules.may_block_organization)
    done = f"{found} is blocked: you are not matched with its projects and cannot apply to them."
    blocking(request, found, request.reader.student, Block.Side.STUDENT, done)
    return back_to(request, found)


@login_required
@require_POST
def block_student(request, slug, student):
    found = get_for_user(Organization, request.user, slug=slug, may=rules.may_post)
    person = get_object_or_404(Student, slug=student)
    is_blocked = found.blocks.filter(student=person, side=Block.Side.ORGANIZATION).exists()
    if not is_blocked and not rules.may_block_student(request.user, found, person):
        raise Http404("This organization does not know this student.")
    done = f"{person} is blocked and can no longer apply to your projects."
    blocking(request, found, person, Block.Side.ORGANIZATION, done)
    return back_to(request, reverse("accounts:members", args=[slug]))


def blocking(request, organization, student, side, done):
    undo = "undo" in request.POST
    action = actions.unblock if undo else actions.block
    who = organization if side == Block.Side.STUDENT else student
    done = f"{who} is no longer blocked." if undo else done
    attempt(request, action, done=done, organization=organization, student=student, side=side)


@login_required
def blocked(request):
    """The organizations that this student has blocked."""
    student = request.reader.student
    require(student is not None, "Only students block organizations.")
    rows = student.blocks.filter(side=Block.Side.STUDENT).select_related("organization").order_by("-created_at")
    return render(request, "accounts/blocked.html", {"blocks": rows})


@require_http_methods(["GET", "POST"])
def invitation(request, token):
    """Where the e-mailed link leads. Signed out: sign in or up with that address first, then come back.

    The link was sent to the address and nowhere else, so an account made with it now needs no second confirmation.
    """
    try:
        found = actions.find_invitation(token, at=now())
        if request.method == "POST" and request.user.is_authenticated:
            require(rules.in_good_standing(request.user), SUSPENDED)
            membership = actions.accept_invitation(token=token, by=request.user, at=now())
            messages.success(request, f"Welcome to {membership.organization}.")
            return redirect(membership.organization)
    except DomainError as error:
        return render(request, "accounts/invitation_refused.html", {"message": error.message}, status=410)
    if not request.user.is_authenticated:
        get_adapter(request).stash_verified_email(request, found.email)
    has_account = User.objects.filter(email__iexact=found.email).exists()
    return render(request, "accounts/invitation.html", {"invitation": found, "has_account": has_account})
