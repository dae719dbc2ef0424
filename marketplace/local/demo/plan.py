"""Which project of the texts is in which state today. Nothing here is random: the same texts give the same demo."""

from dataclasses import dataclass
from itertools import cycle

# What has become of the projects that have a story, in the order of data/stories.toml. "held" is an approved one whose
# student has not set up payouts; "restricted" one where Stripe asks the student for more; "cancelled" was paid and
# called off before the work began; "replaced" was taken over by a runner-up because the student never began.
STORY_PHASES = [
    "reviewed", "reviewed", "delivered", "reviewed", "active", "reviewed", "awaiting_funding", "approved",
    "redelivered", "reviewed", "funded", "disputed", "reviewed", "cancelled", "held", "reviewed", "changes_requested",
    "reviewed", "reviewed", "delivered", "reviewed", "replaced", "reviewed", "awaiting_funding", "restricted",
    "redelivered", "reviewed",
]  # fmt: skip
# The rest: most are open, some are being judged, a few are elsewhere.
OTHER_PHASES = [
    "open", "open", "judging", "open", "open", "draft", "open", "open", "open", "offered", "open", "open", "open",
    "judging", "open", "cancelled_project", "open", "open", "open", "draft", "open", "open", "removed", "open",
]  # fmt: skip
FEATURED_EMPLOYER = "fernway-software"
FEATURED_STORIES = ["changes_requested", "delivered", "reviewed"]  # of that organization, in order
FEATURED_OTHERS = ["judging", "offered", "open"]


@dataclass(frozen=True)
class Planned:
    """`number` spreads dates; `phase` is a name of STORY_PHASES or OTHER_PHASES, or "in_review"."""

    number: int
    text: dict
    story: dict | None
    phase: str


def plan(projects, stories, organizations):
    """A Planned for every project text."""
    verified = {row["slug"] for row in organizations if row["verified"]}
    story_phase, other_phase = cycle(STORY_PHASES), cycle(OTHER_PHASES)
    featured_story, featured_other = iter(FEATURED_STORIES), iter(FEATURED_OTHERS)
    planned = []
    for number, text in enumerate(projects):
        story = stories.get(text["title"])
        featured = text["organization"] == FEATURED_EMPLOYER
        if text.get("flagged") or text["organization"] not in verified:
            phase = "in_review"
        elif story:
            phase = next(featured_story, None) if featured else None
            phase = phase or next(story_phase)
        else:
            phase = next(featured_other, None) if featured else None
            phase = phase or next(other_phase)
        planned.append(Planned(number, text, story, phase))
    return planned
