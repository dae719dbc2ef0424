"""Input of evidence, applications and assessments: checked here, acted on by the actions."""

from applications.forms.applying import ChooseForm, PlanForm
from applications.forms.assessing import AgreeForm, CalibrationForm, DeclineForm, OfferForm, ScoreForm
from applications.forms.evidence import AnswerForm, EvidenceForm, initial_of

__all__ = [
    "AgreeForm", "AnswerForm", "CalibrationForm", "ChooseForm", "DeclineForm", "EvidenceForm", "OfferForm", "PlanForm",
    "ScoreForm", "initial_of",
]  # fmt: skip
