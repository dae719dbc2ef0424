"""Routes."""

app_name = "portfolio"
urlpatterns = []
