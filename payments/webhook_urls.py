"""The routes that Stripe calls."""

urlpatterns = []
