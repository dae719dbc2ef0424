"""Every write to a project, by name. Nobody else changes a status."""

from projects.actions.judging import clarify, edit_rubric
from projects.actions.lifecycle import (
    cancel_project,
    close_due,
    close_project,
    open_project,
    remove_project,
    reopen_project,
    return_to_draft,
    submit_project,
)
from projects.actions.posting import (
    copy_project,
    create_draft,
    save_section,
    set_competencies,
    set_criteria,
)
from projects.actions.saving import hide, save_for_later, unhide, unsave

__all__ = [
    "cancel_project", "clarify", "close_due", "close_project", "copy_project", "create_draft", "edit_rubric",
    "hide", "open_project", "remove_project", "reopen_project", "return_to_draft", "save_for_later", "save_section",
    "set_competencies", "set_criteria", "submit_project", "unhide", "unsave",
]  # fmt: skip
