"""Routes."""

app_name = "payments"
urlpatterns = []
