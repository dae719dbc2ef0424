"""What a competency's rule about AI asks of the evidence for it."""

from applications.models import EvidenceContent
from projects.models import Competency

Policy, Use = Competency.AIPolicy, EvidenceContent.AIUse


def problem_with(item, competency):
    """What the student must do before `item` can be sent for the competency; empty when nothing."""
    if competency.ai_policy == Policy.ALLOWED or item.ai_use == Use.NONE:
        return ""
    if not item.ai_use:
        return f"Say whether AI was used for “{item.title}”."
    if competency.ai_policy == Policy.NOT_ALLOWED:
        return f"AI was used for “{item.title}”. Choose evidence made without AI."
    return ""
