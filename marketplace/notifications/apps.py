from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "marketplace.notifications"
    label = "notifications"
    verbose_name = "Notifications"

    def ready(self):
        from anymail.signals import tracking

        from marketplace.notifications.tracking import on_tracking

        tracking.connect(on_tracking, dispatch_uid="notifications")
