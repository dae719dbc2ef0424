from django.apps import AppConfig


class LocalConfig(AppConfig):
    name = "marketplace.local"
    label = "local"
    verbose_name = "Local tools"
