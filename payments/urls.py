"""Routes of the money pages: one address per thing, one POST per verb. Stripe's own calls are in webhook_urls."""

from django.urls import path

from payments import views

app_name = "payments"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("earnings/", views.years, name="earnings"),
    path("earnings/<int:year>/", views.year, name="earnings_year"),
    path("earnings/<int:year>/pdf/", views.year_pdf, name="earnings_pdf"),
    path("earnings/<int:year>/csv/", views.year_csv, name="earnings_csv"),
    path("organizations/<slug:slug>/", views.organization, name="organization"),
    path("organizations/<slug:slug>/documents/", views.organization_documents, name="organization_documents"),
    path("organizations/<slug:slug>/documents/csv/", views.organization_documents_csv, name="documents_csv"),
    path("organizations/<slug:slug>/statements/", views.statements, name="statements"),
    path("organizations/<slug:slug>/statements/<int:year>/", views.statement, name="year_statement"),
    path("organizations/<slug:slug>/statements/<int:year>/pdf/", views.statement_pdf, name="year_statement_pdf"),
    path("organizations/<slug:slug>/statements/<int:year>/csv/", views.statement_csv, name="year_statement_csv"),
    path("organizations/<slug:slug>/statements/<int:year>/<int:month>/", views.statement, name="month_statement"),
    path(
        "organizations/<slug:slug>/statements/<int:year>/<int:month>/pdf/",
        views.statement_pdf,
        name="month_statement_pdf",
    ),
    path(
        "organizations/<slug:slug>/statements/<int:year>/<int:month>/csv/",
        views.statement_csv,
        name="month_statement_csv",
    ),
    path("organizations/<slug:slug>/billing/", views.billing, name="billing"),
    path("documents/<slug:code>/", views.document, name="document"),
    path("documents/<slug:code>/pdf/", views.document_pdf, name="document_pdf"),
    path("work/<slug:code>/", views.detail, name="detail"),
    path("work/<slug:code>/fund/", views.fund, name="fund"),
    path("work/<slug:code>/fund/<slug:funding_code>/", views.fund_return, name="fund_return"),
    path("work/<slug:code>/approve/", views.approve, name="approve"),
    path("work/<slug:code>/cancel/", views.cancel, name="cancel"),
    path("work/<slug:code>/replace/", views.replace, name="replace"),
    path("work/<slug:code>/release/", views.release_part, name="release_part"),
    path("work/<slug:code>/give-back/", views.give_back, name="give_back"),
    path("work/<slug:code>/split/", views.propose_split, name="propose_split"),
    path("work/<slug:code>/split/shares/", views.split_shares, name="split_shares"),
    path("work/<slug:code>/split/accept/", views.accept_split, name="accept_split"),
    path("offers/<slug:application_code>/accept/", views.accept_offer, name="accept_offer"),
    path("payouts/", views.payout_setup, name="payout_setup"),
    path("payouts/done/", views.payout_return, name="payout_return"),
    path("payouts/again/", views.payout_refresh, name="payout_refresh"),
    path("payouts/dashboard/", views.payout_dashboard, name="payout_dashboard"),
]
