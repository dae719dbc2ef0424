"""Routes."""

app_name = "engagements"
urlpatterns = []
