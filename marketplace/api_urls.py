"""Routes of the API."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from projects import api as projects

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("projects/", projects.project_list, name="projects"),
    path("projects/<slug:code>/", projects.project_detail, name="project"),
]
