"""What a person should do next, as every app tells it to Home."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class NextAction:
    """`text` starts with a verb; `url` does it; `due_at` is when waiting ends; `about` names project and people."""

    text: str
    url: str
    due_at: datetime | None = None
    about: str = ""
    urgent: bool = False
