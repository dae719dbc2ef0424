"""Forms: validate what was typed, keep it, link every error to its field."""

from projects.forms.judging import ClarifyForm, RubricForm
from projects.forms.lifecycle import CancelForm, NewProjectForm, ReopenForm
from projects.forms.pay import PayForm
from projects.forms.sections import CompetenciesForm, DeliverableForm, OutcomeForm, PortfolioForm

SECTION_FORMS = {
    "outcome": OutcomeForm,
    "deliverable": DeliverableForm,
    "competencies": CompetenciesForm,
    "rubric": RubricForm,
    "pay": PayForm,
    "portfolio": PortfolioForm,
}

__all__ = ["SECTION_FORMS", "CancelForm", "ClarifyForm", "NewProjectForm", "ReopenForm", "RubricForm"]
