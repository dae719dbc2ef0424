"""Routes of projects. Fixed words come before the code, which never spells one."""

from django.urls import path

from projects import views

app_name = "projects"
urlpatterns = [
    path("", views.browse, name="browse"),
    path("filters/", views.filters, name="filters"),
    path("suggest/", views.suggest, name="suggest"),
    path("feed/", views.feed, name="feed"),
    path("saved/", views.saved, name="saved"),
    path("keep/", views.keep, name="keep"),
    path("searches/", views.searches, name="searches"),
    path("searches/new/", views.search_new, name="search_new"),
    path("searches/<slug:code>/", views.search, name="search"),
    path("searches/<slug:code>/delete/", views.search_delete, name="search_delete"),
    path("for-you/", views.for_you_page, name="for_you"),
    path("for-you/hide/", views.hide, name="hide"),
    path("for-you/hidden/", views.hidden, name="hidden"),
    path("for-you/pause/", views.pause, name="pause"),
    path("manage/", views.manage, name="manage"),
    path("new/", views.new, name="new"),
    path("rate/", views.rate, name="rate"),
    path("<slug:code>/", views.detail, name="detail"),
    path("<slug:code>/edit/", views.edit, name="edit"),
    path("<slug:code>/edit/<slug:section>/", views.edit_section, name="edit_section"),
    path("<slug:code>/preview/", views.preview, name="preview"),
    path("<slug:code>/submit/", views.submit, name="submit"),
    path("<slug:code>/submitted/", views.submitted, name="submitted"),
    path("<slug:code>/take-back/", views.take_back, name="take_back"),
    path("<slug:code>/rubric/", views.rubric, name="rubric"),
    path("<slug:code>/clarify/", views.clarify, name="clarify"),
    path("<slug:code>/students/", views.reach, name="reach"),
    path("<slug:code>/invite/", views.invite, name="invite"),
    path("<slug:code>/close/", views.close, name="close"),
    path("<slug:code>/reopen/", views.reopen, name="reopen"),
    path("<slug:code>/cancel/", views.cancel, name="cancel"),
    path("<slug:code>/copy/", views.copy, name="copy"),
]
