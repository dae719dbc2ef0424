"""The case of an engagement for moderators: criteria, versions, messages, timeline. Nothing is written here;
disputes are decided in the admin of payments, which moves the money with the decision.
"""

from django.contrib import admin
from django.utils.html import format_html, format_html_join

from engagements.models import ChangeRequest, Delivery, Engagement, Message, Review
from engagements.timeline import timeline
from marketplace.money import format_money
from marketplace.read_only import ReadOnly


class Rows(ReadOnly, admin.TabularInline):
    extra = 0
    show_change_link = False

    def get_readonly_fields(self, request, obj=None):
        return self.fields


class DeliveryRows(Rows):
    model = Delivery
    fields = ["version", "delivered_at", "note", "link", "attached"]
    ordering = ["version"]

    @admin.display(description="Files")
    def attached(self, delivery):
        return links(delivery.engagement, delivery.files.all())


class ChangeRows(Rows):
    model = ChangeRequest
    fields = ["delivery", "requested_at", "requested_by", "asked", "summary"]
    ordering = ["requested_at"]

    @admin.display(description="Not yet met")
    def asked(self, change_request):
        items = change_request.items.select_related("criterion").order_by("criterion__position")
        return format_html_join(
            "", "<p><strong>{}</strong><br>{}</p>", ((item.criterion.text, item.comment) for item in items)
        )


class MessageRows(Rows):
    model = Message
    fields = ["sent_at", "author", "body", "attached"]
    ordering = ["sent_at"]

    @admin.display(description="Files")
    def attached(self, message):
        return links(message.engagement, message.files.all())


class ReviewRows(Rows):
    model = Review
    fields = ["side", "author", "rating", "again", "text", "written_at", "published_at"]
    ordering = ["written_at"]

    def get_queryset(self, request):
        """Double-blind holds here too: a moderator may be on one of the sides."""
        return super().get_queryset(request).filter(published_at__isnull=False)


def links(engagement, files):
    base = engagement.get_absolute_url()
    return format_html_join(
        ", ", '<a href="{}files/{}/">{}</a>', ((base, stored.code, stored.original_name) for stored in files)
    )


@admin.register(Engagement)
class EngagementAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["project", "student", "organization", "status", "due_at", "review_due_at"]
    list_filter = ["status"]
    list_select_related = ["project", "student", "organization"]
    search_fields = ["code", "project__title", "student__display_name", "organization__name"]
    date_hierarchy = "accepted_at"
    ordering = ["-accepted_at"]
    readonly_fields = ["page", "fee_text", "total_text", "criteria", "what_happened"]
    inlines = [DeliveryRows, ChangeRows, MessageRows, ReviewRows]
    fieldsets = [
        (None, {"fields": ["page", "project", "student", "organization", "status", "fee_text", "total_text"]}),
        ("Dates", {"fields": [
            "accepted_at", "funding_due_at", "funded_at", "kickoff_due_at", "kickoff_student_at",
            "kickoff_organization_at", "due_at", "delivered_at", "review_due_at", "review_extended_at", "approved_at",
            "approved_by", "cancelled_at", "cancel_reason",
        ]}),
        ("The case", {"fields": ["criteria", "what_happened"]}),
    ]  # fmt: skip

    @admin.display(description="Workspace")
    def page(self, engagement):
        return format_html('<a href="{}">{}</a>', engagement.get_absolute_url(), engagement.code)

    @admin.display(description="The organization pays")
    def total_text(self, engagement):
        return format_money(engagement.total_amount, engagement.currency)

    @admin.display(description="Acceptance criteria")
    def criteria(self, engagement):
        rows = engagement.project.criteria.order_by("position").values_list("text")
        return format_html("<ol>{}</ol>", format_html_join("", "<li>{}</li>", rows))

    @admin.display(description="Timeline")
    def what_happened(self, engagement):
        entries = timeline(engagement, [], user=None)
        rows = ((f"{entry.at:%Y-%m-%d %H:%M}", entry.title) for entry in entries)
        return format_html("<ol>{}</ol>", format_html_join("", "<li>{} UTC: {}</li>", rows))
