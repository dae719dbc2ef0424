"""The moderators' side of the Django admin: everything read-only, every change a decision with a reason.

The admin of a project is here and not in projects, because a decision belongs to this app.
"""

from django.contrib import admin

from marketplace.moderation.admin import audit, organizations, projects, reports  # noqa: F401

admin.site.enable_nav_sidebar = False  # the lists need the width; the breadcrumbs and the front page lead everywhere
admin.site.index_title = "What waits, and everything there is"
admin.site.empty_value_display = "–"
