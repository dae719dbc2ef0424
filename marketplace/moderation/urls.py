"""Routes."""

app_name = "moderation"
urlpatterns = []
