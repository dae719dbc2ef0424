"""Routes."""

app_name = "notifications"
urlpatterns = []
