"""How an application reads to each side, and how words in a text are counted."""

from applications.models import Application

MAX_WORDS = 150

# status: (look, icon, the student's word, the organization's word)
_STATUS = {
    "draft": ("neutral", "circle-dashed", "Draft", "Draft"),
    "waitlisted": ("neutral", "hourglass", "On the waiting list", "On the waiting list"),
    "submitted": ("info", "circle-dot", "Received", "To review"),
    "shortlisted": ("info", "star", "Shortlisted", "Shortlisted"),
    "offered": ("warning", "hourglass", "Offer for you", "Offered"),
    "accepted": ("success", "circle-check", "Accepted", "Accepted"),
    "not_selected": ("neutral", "circle", "Not selected", "Not selected"),
    "declined": ("neutral", "circle", "You declined the offer", "Declined the offer"),
    "withdrawn": ("neutral", "circle", "You withdrew", "Withdrew"),
    "lapsed": ("neutral", "circle", "No decision", "No decision in time"),
}


def count_words(text):
    """Words as a person counts them: runs of non-blanks."""
    return len((text or "").split())


def look_of(application, *, for_student):
    """{kind, icon, word} of the state as that side reads it."""
    if for_student and work_was_cancelled(application):
        return {"kind": "neutral", "icon": "ban", "word": "Work cancelled"}
    kind, icon, student_word, organization_word = _STATUS[application.status]
    if application.status == Application.Status.LAPSED and application.offered_at:
        return {"kind": kind, "icon": icon, "word": "Offer ended" if application.offer_ended_early else "Offer expired"}
    return {"kind": kind, "icon": icon, "word": student_word if for_student else organization_word}


def work_was_cancelled(application):
    """Whether what was accepted has ended without an approval. By name: engagements stand above this app.

    Lists join `engagement`.
    """
    engagement = getattr(application, "engagement", None) if application.status == Application.Status.ACCEPTED else None
    return engagement is not None and engagement.status == "cancelled"
