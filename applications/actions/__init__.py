"""Every write to evidence, applications and assessments, by name. Nobody else changes a status."""

from applications.actions.applying import (
    answer_competency,
    choose_evidence,
    save_plan,
    start_application,
    submit_application,
    withdraw_application,
)
from applications.actions.assessing import reconcile, score
from applications.actions.calibrating import calibrate
from applications.actions.clocks import (
    answer_cancelled,
    end_offers_of_suspended,
    lapse_decisions,
    lapse_due,
    lapse_offers,
    send_reminders,
)
from applications.actions.deciding import (
    close_out,
    decline_application,
    decline_offer,
    decline_rest,
    make_offer,
    mark_accepted,
    shortlist,
)
from applications.actions.fairness import publish_fairness
from applications.actions.library import add_evidence, archive_evidence, edit_evidence, restore_evidence
from applications.actions.waiting import admit_waiting

__all__ = [
    "add_evidence", "admit_waiting", "answer_cancelled", "answer_competency", "archive_evidence", "calibrate",
    "choose_evidence", "close_out", "decline_application", "decline_offer", "decline_rest", "edit_evidence",
    "end_offers_of_suspended",
    "lapse_decisions", "lapse_due", "lapse_offers", "make_offer", "mark_accepted", "publish_fairness", "reconcile",
    "restore_evidence", "save_plan", "score", "send_reminders", "shortlist", "start_application",
    "submit_application", "withdraw_application",
]  # fmt: skip
