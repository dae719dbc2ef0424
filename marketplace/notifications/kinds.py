"""The groups of notices that people may turn off as e-mails; in the app they always appear."""

from marketplace.notifications.models import Preference

GROUPS = {
    "match": ("Projects that fit", "When a new project fits your evidence."),
    "project": ("Your projects", "When a project you posted opens, closes or needs a change."),
    "application": ("Applications", "When an application arrives, is shortlisted or decided."),
    "offer": ("Offers", "When an offer is made, accepted or declined."),
    "engagement": ("Work", "Kickoff, messages and dates of running projects."),
    "delivery": ("Deliveries", "Deliveries, change requests and approvals."),
    "money": ("Money", "Payments, payouts and refunds."),
    "review": ("Reviews", "When a review is due or appears."),
    "account": ("Account", "Members, verification and the state of your account."),
    "moderation": ("Moderation", "Reports and decisions that concern you."),
}


def preferences_of(user):
    """[{slug, name, hint, wanted}] for the preferences page."""
    off = set(Preference.objects.filter(user=user, email=False).values_list("group", flat=True))
    return [
        {"slug": slug, "name": name, "hint": hint, "wanted": slug not in off} for slug, (name, hint) in GROUPS.items()
    ]


def set_preferences(user, *, wanted, only=None):
    """Store which groups are e-mailed; `only` limits the change to those groups."""
    for group in only or GROUPS:
        Preference.objects.update_or_create(user=user, group=group, defaults={"email": group in wanted})
