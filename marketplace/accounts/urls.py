"""Routes of people and organizations. Sign-in and security pages are django-allauth's, under /accounts/."""

from django.urls import path

from marketplace.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.menu, name="menu"),
    path("profile/", views.profile, name="profile"),
    path("student/", views.start_student, name="start_student"),
    path("eligibility/", views.eligibility, name="eligibility"),
    path("self-description/", views.self_description, name="self_description"),
    path("self-description/delete/", views.forget_self_description, name="forget_self_description"),
    path("organizations/", views.organizations, name="organizations"),
    path("organizations/new/", views.organization_new, name="organization_new"),
    path("organizations/<slug:slug>/edit/", views.organization_edit, name="organization_edit"),
    path("organizations/<slug:slug>/members/", views.members, name="members"),
    path("organizations/<slug:slug>/members/invite/", views.invite, name="invite"),
    path("organizations/<slug:slug>/invitations/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("organizations/<slug:slug>/members/<slug:code>/role/", views.change_role, name="change_role"),
    path("organizations/<slug:slug>/members/<slug:code>/remove/", views.remove, name="remove"),
    path("organizations/<slug:slug>/block/", views.block_organization, name="block_organization"),
    path("organizations/<slug:slug>/students/<slug:student>/block/", views.block_student, name="block_student"),
    path("blocked/", views.blocked, name="blocked"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
]
