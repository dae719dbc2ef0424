"""Routes: the student's own pages under /portfolio/, the public ones under /p/."""

from django.urls import path

from portfolio import views

app_name = "portfolio"
urlpatterns = [
    path("portfolio/", views.mine, name="mine"),
    path("portfolio/add/<slug:engagement_code>/", views.case_add, name="case_add"),
    path("portfolio/<slug:code>/", views.case_edit, name="case_edit"),
    path("portfolio/<slug:code>/publish/", views.case_publish, name="case_publish"),
    path("portfolio/<slug:code>/unpublish/", views.case_unpublish, name="case_unpublish"),
    path("p/<slug:slug>/", views.public, name="public"),
    path("p/<slug:slug>/<slug:code>/", views.case, name="case"),
]
