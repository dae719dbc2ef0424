"""The groups of notices: people choose by group which of them come as e-mails, and when. In the app all appear."""

from typing import NamedTuple


class Group(NamedTuple):
    name: str
    hint: str
    for_students: bool = True
    for_employers: bool = True


GROUPS = {
    "match": Group("Projects that fit", "When a new project fits your evidence.", for_employers=False),
    "search": Group("Saved searches", "When a search that you saved finds new projects.", for_employers=False),
    "project": Group("Your projects", "When one opens, closes or needs a change.", for_students=False),
    "application": Group("Applications", "When one arrives, is shortlisted or decided."),
    "offer": Group("Offers", "When one is made, accepted or declined."),
    "engagement": Group("Work", "Kickoff, messages and dates of running projects."),
    "delivery": Group("Deliveries", "Deliveries, change requests and approvals."),
    "money": Group("Money", "Payments, payouts and refunds."),
    "review": Group("Reviews", "When one is due or appears."),
    "account": Group("Account", "Members, verification and the state of your account."),
    "moderation": Group("Moderation", "Reports and decisions that concern you."),
}


def group_of(kind):
    """ "offer" of "offer.made"."""
    return kind.split(".")[0]


def groups_for(*, is_student, is_employer):
    """The slugs of the groups that can ever write to this person; all for somebody who is neither yet."""
    neither = not is_student and not is_employer
    return [
        slug
        for slug, group in GROUPS.items()
        if neither or (is_student and group.for_students) or (is_employer and group.for_employers)
    ]
