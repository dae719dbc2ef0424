"""Who may do what with a project. What state it must be in is the actions' question."""

from marketplace.accounts.rules import in_good_standing, is_member, is_student, may_post


def may_edit(user, project):
    """Write, submit, close, reopen, cancel: owners and members of the organization."""
    return may_post(user, project.organization)


may_close = may_reopen = may_cancel = may_submit = may_edit


def may_copy(user, project):
    return may_post(user, project.organization)


def may_preview(user, project):
    """See a draft as its future readers will: the organization, finance included, and staff."""
    return is_member(user, project.organization) or (user.is_authenticated and user.is_staff)


def may_save(user, project):
    """Keep it for later: students, but not of the organization's own projects."""
    return in_good_standing(user) and is_student(user) and not is_member(user, project.organization)


def may_change_search(user, search):
    """One's own."""
    return in_good_standing(user) and is_student(user) and search.student_id == user.student.pk


def may_apply(user, project):
    """Nobody acts on both sides: a member of the organization does not apply to its projects."""
    return may_save(user, project)


def may_moderate(user):
    """Open, return, remove; handle reports; verify."""
    return in_good_standing(user) and user.is_staff


def may_open(user, project):
    """A moderator, but never of the moderator's own organization's project."""
    return may_moderate(user) and not is_member(user, project.organization)


may_remove = may_open
