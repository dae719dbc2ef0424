"""Input of evidence, applications and assessments: checked here, acted on by the actions."""

from applications.forms.applying import ApproachForm, AvailabilityForm
from applications.forms.assessing import AgreeForm, CalibrationForm, DeclineForm, OfferForm, ScoreForm
from applications.forms.evidence import AnswerForm, EvidenceForm, initial_of

__all__ = [
    "AgreeForm", "AnswerForm", "ApproachForm", "AvailabilityForm", "CalibrationForm", "DeclineForm", "EvidenceForm",
    "OfferForm", "ScoreForm", "initial_of",
]  # fmt: skip
