"""Who may do what with money. When is for the actions. See engagements.rules for the two sides."""

from engagements.rules import (
    is_its_student,
    may_cancel,
    may_judge,
    may_pay_for,
    may_replace,
    may_resolve,
    may_take_part,
)
from marketplace.accounts.rules import PAYERS, in_good_standing, is_student, may_pay, role_in

__all__ = [
    "may_approve", "may_cancel", "may_edit_billing", "may_fund", "may_give_back", "may_propose_split",
    "may_read_document", "may_replace", "may_resolve", "may_see_books", "may_see_money", "may_set_up_payouts",
]  # fmt: skip


def may_fund(user, engagement):
    """Owner or finance of the organization."""
    return may_pay_for(user, engagement)


def may_approve(user, engagement):
    """Owner or member of the organization: whoever may judge the work."""
    return may_judge(user, engagement)


def may_propose_split(user, engagement):
    """Either side of a dispute."""
    return may_take_part(user, engagement)


def may_give_back(user, engagement):
    """Owner, member or finance: whoever may judge the work or pays for it."""
    return may_judge(user, engagement) or may_pay_for(user, engagement)


def may_see_money(user, engagement):
    """The money page of one engagement: its student, the organization's owner and finance, staff."""
    return user.is_staff or is_its_student(user, engagement) or role_in(user, engagement.organization) in PAYERS


def may_see_books(user, organization):
    """The organization's money page: owner, finance, staff. Reading is open to the suspended as well."""
    return user.is_staff or role_in(user, organization) in PAYERS


def may_edit_billing(user, organization):
    """What the invoices say: owner and finance."""
    return may_pay(user, organization)


def may_read_document(user, document):
    """Its student; for an organization's documents whoever may see its books."""
    if document.organization is None:
        return user.is_staff or document.student.user_id == user.pk
    return may_see_books(user, document.organization)


def may_set_up_payouts(user):
    return is_student(user) and in_good_standing(user)
