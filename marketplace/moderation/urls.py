"""Reporting for everybody, the queue for moderators. Decisions are taken in the admin."""

from django.urls import path

from marketplace.moderation import views

app_name = "moderation"
urlpatterns = [
    path("queue/", views.queue, name="queue"),
    path("new/<slug:kind>/<slug:code>/", views.report, name="report"),
    path("<slug:code>/", views.reported, name="reported"),
]
