"""The moderators' side of the Django admin: everything read-only, every change a decision with a reason.

The admin of a project is here and not in projects, because a decision belongs to this app.
"""

from marketplace.moderation.admin import audit, organizations, projects, reports  # noqa: F401
