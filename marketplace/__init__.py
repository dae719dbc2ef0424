"""The site. Importing it makes the Celery app the current one, so that tasks bind to it."""

from marketplace.celery import app as celery_app

__all__ = ["celery_app"]
