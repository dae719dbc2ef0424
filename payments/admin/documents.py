"""Issued documents and billing details: to read. A mistake in a document is corrected by another document."""

from django.contrib import admin

from marketplace.read_only import ReadOnly
from payments.admin.money import MoneyAdmin
from payments.documents.models import BillingDetails, Document


@admin.register(Document)
class DocumentAdmin(MoneyAdmin):
    list_display = ["reference", "issued_at", "organization", "student", "project_title", "money"]
    list_filter = ["kind", "currency"]
    list_select_related = ["organization", "student"]
    search_fields = ["reference", "project_title", "organization__name", "student__display_name", "engagement__code"]
    date_hierarchy = "issued_at"


@admin.register(BillingDetails)
class BillingDetailsAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["legal_name", "organization", "tax_id", "email", "updated_at"]
    list_select_related = ["organization"]
    search_fields = ["legal_name", "tax_id", "email", "organization__name"]
