"""Routes."""

app_name = "skills"
urlpatterns = []
