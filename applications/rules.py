"""Who may do what with evidence and applications. When it may be done is for the actions.

The organization's side: owners and members assess and decide. Whoever applied to a project never judges it.
"""

from django.core.exceptions import PermissionDenied

from applications.models import Application
from marketplace.accounts.models import Membership
from marketplace.accounts.rules import POSTERS, in_good_standing, is_student, may_post, role_in


def may_keep_library(user, evidence=None):
    """Add to, or with `evidence` change, one's own library."""
    return in_good_standing(user) and is_student(user) and (evidence is None or evidence.student.user_id == user.pk)


def may_apply(user, project):
    """A student who does not belong to the organization: nobody acts on both sides."""
    return in_good_standing(user) and is_student(user) and role_in(user, project.organization) is None


def is_applicant(user, application):
    return application.student.user_id == user.pk


def may_act_as_applicant(user, application):
    """Edit, submit, withdraw, accept, decline: only the student who applies."""
    return in_good_standing(user) and is_applicant(user, application)


def may_read_board(user, project):
    """Owners and members, suspended ones too; not finance, and nobody who applied to it."""
    return role_in(user, project.organization) in POSTERS and not _applied(user, project)


def must_read_board(user, project):
    """`may_read_board` for pages: raises PermissionDenied with the reason for a member who applied."""
    if role_in(user, project.organization) in POSTERS and _applied(user, project):
        raise PermissionDenied("You applied to this project yourself, so colleagues of yours decide about it.")
    return may_read_board(user, project)


def may_assess(user, project):
    """Score, shortlist, decline, offer."""
    return may_post(user, project.organization) and not _applied(user, project)


def may_read_applicant(user, application):
    return may_read_board(user, application.project)


def may_decide(user, application):
    return may_assess(user, application.project)


def may_open_answer(user, application):
    """The evidence in an application: who sent it, those who judge it, and moderators who look into a report."""
    if is_applicant(user, application) or (user.is_staff and in_good_standing(user)):
        return True
    return application.submitted_at is not None and may_read_board(user, application.project)


def _applied(user, project):
    rows = Application.objects.sent().filter(project=project, student__user_id=user.pk)
    return rows.exclude(status=Application.Status.WITHDRAWN).exists()


def assessors_of(project):
    """The people who may judge, oldest member first: whom notices go to."""
    rows = Membership.objects.filter(organization_id=project.organization_id, role__in=POSTERS)
    applied = Application.objects.sent().filter(project=project)
    applied = applied.exclude(status=Application.Status.WITHDRAWN).values("student__user_id")
    rows = rows.exclude(user__in=applied).select_related("user")
    return [row.user for row in rows.order_by("created_at", "pk")]
