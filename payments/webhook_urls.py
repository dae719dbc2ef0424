"""The routes that Stripe calls: one endpoint for each of its three kinds of events, each with a secret of its own."""

from django.urls import path

from payments.views.webhooks import webhook

urlpatterns = [
    path("<slug:endpoint>/", webhook, name="stripe_webhook"),
]
