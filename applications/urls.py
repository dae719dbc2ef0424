"""Routes."""

app_name = "applications"
urlpatterns = []
