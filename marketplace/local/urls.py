"""Routes of the local tools, under /dev/ and only where LOCAL is true."""

from django.urls import path

from marketplace.local import sign_in, views

app_name = "local"
urlpatterns = [
    path("sign-in-as/", sign_in.sign_in_as, name="sign_in_as"),
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/<int:pk>/", views.message, name="message"),
    path("outbox/<int:pk>/html/", views.message_html, name="message_html"),
]
