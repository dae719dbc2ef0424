"""What the notices of this app share: whom they go to, where they lead, why."""

from django.urls import reverse

from marketplace.money import format_money


def day(value):
    """ "Fri 14 Mar 2026" """
    return f"{value:%a} {value.day} {value:%b %Y}"


def fee(project):
    return format_money(project.fee_amount, project.currency)


def student_of(application):
    return [application.student.user]


def page(name, application):
    return reverse(f"applications:{name}", args=[application.code])


def board_url(project, tab=""):
    return reverse("applications:board", args=[project.code]) + (f"?tab={tab}" if tab else "")


def applied(application):
    """Why the student is told."""
    return f"You applied to “{application.project.title}”."


def assesses(project):
    """Why a member of the organization is told."""
    return f"You assess applications for {project.organization}."
