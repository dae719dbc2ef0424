"""Every write to a project, by name. Nobody else changes a status."""

from projects.actions.judging import clarify, edit_rubric
from projects.actions.lifecycle import (
    cancel_project,
    close_due,
    close_project,
    note_verified,
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
from projects.actions.searching import (
    change_search,
    delete_search,
    run_due_searches,
    save_search,
    tell_searches,
)

__all__ = [
    "cancel_project", "change_search", "clarify", "close_due", "close_project", "copy_project", "create_draft",
    "delete_search", "edit_rubric", "hide", "note_verified", "open_project", "remove_project", "reopen_project",
    "return_to_draft", "run_due_searches", "save_for_later", "save_search", "save_section", "set_competencies",
    "set_criteria", "submit_project", "tell_searches", "unhide", "unsave",
]  # fmt: skip
