"""Who: a portfolio is its student's own."""

from marketplace.accounts.rules import in_good_standing


def may_edit(user, case):
    return in_good_standing(user) and case.student.user_id == user.pk


def may_open(user, engagement):
    return in_good_standing(user) and engagement.student.user_id == user.pk
