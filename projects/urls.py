"""Routes."""

app_name = "projects"
urlpatterns = []
