"""Pages of projects: reading (browse, detail, saved) and posting (task list, lifecycle, the organization's list)."""

from projects.views.feed import feed
from projects.views.for_you import for_you_page, hidden, hide, pause
from projects.views.judging import clarify, rubric
from projects.views.lifecycle import cancel, close, copy, reopen, take_back
from projects.views.manage import manage
from projects.views.posting import edit, edit_section, new, preview, rate, submit, submitted
from projects.views.reach import invite, reach
from projects.views.reading import browse, detail, filters, keep, saved, suggest
from projects.views.searching import search, search_delete, search_new, searches

__all__ = [
    "browse", "cancel", "clarify", "close", "copy", "detail", "edit", "edit_section", "feed", "filters", "for_you_page",
    "hidden", "hide", "invite", "keep", "manage", "new", "pause", "preview", "rate", "reach", "reopen", "rubric",
    "saved", "search", "search_delete", "search_new", "searches", "submit", "submitted", "suggest", "take_back",
]  # fmt: skip
