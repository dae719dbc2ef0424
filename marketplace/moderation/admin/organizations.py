"""Verifying organizations; suspending people."""

from django.contrib import admin
from django.utils.html import format_html_join

from marketplace.accounts.models import Membership, Organization, User
from marketplace.moderation import actions, queries
from marketplace.moderation.admin.decisions import DecidingAdmin, Verb, empty_filter
from marketplace.read_only import ReadOnly


class MembershipInline(ReadOnly, admin.TabularInline):
    model = Membership
    extra = 0
    fields = ["user", "role", "created_at"]
    verbose_name = "member"

    def has_view_permission(self, request, obj=None):
        return True


@admin.register(Organization)
class OrganizationAdmin(DecidingAdmin):
    list_display = ["name", "website", "verified_at", "suspended_at", "posting_paused_until", "created_at"]
    list_filter = [
        empty_filter("verified_at", "verification", "Verified", "Not verified"),
        empty_filter("suspended_at", "suspension", "Suspended", "Not suspended"),
    ]  # fmt: skip
    search_fields = ["name", "slug", "website"]
    ordering = ["-created_at", "-pk"]
    inlines = [MembershipInline]
    readonly_fields = ["same_name"]
    verbs = {
        "verify": Verb(
            "Verify…", actions.verify_organization, "organization", lambda organization: not organization.is_verified,
            "Its page and projects carry the verified mark, and its clean projects open at once from now on.",
            "was verified",
        )
    }  # fmt: skip

    @admin.display(description="verified, with the same name")
    def same_name(self, organization):
        (found,) = queries.with_namesakes([organization])
        rows = ((other.get_absolute_url(), other.name) for other in found.namesakes)
        return format_html_join(", ", '<a href="{}">{}</a>', rows) or "None"

    def _chosen(self, request):
        return queries.with_namesakes(super()._chosen(request))


@admin.register(User)
class PersonAdmin(DecidingAdmin):
    list_display = ["email", "name", "is_staff", "is_active", "suspended_at", "date_joined"]
    list_filter = [empty_filter("suspended_at", "suspension", "Suspended", "Not suspended"), "is_staff", "is_active"]
    search_fields = ["email", "name", "code"]
    ordering = ["-date_joined"]
    exclude = ["password", "groups", "user_permissions"]
    verbs = {
        "suspend": Verb(
            "Suspend…", actions.suspend_user, "user", lambda user: not user.is_suspended,
            "The person can still sign in and read, but not act, and reads your reason.", "was suspended",
        ),
        "reinstate": Verb(
            "Reinstate…", actions.reinstate_user, "user", lambda user: user.is_suspended,
            "The person can act again and is told so.", "was reinstated",
        ),
    }  # fmt: skip
