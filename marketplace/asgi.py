"""The ASGI entry point, for hosts that demand one. The views are synchronous: prefer wsgi.py."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
os.environ.setdefault("PROCESS", "web")  # a statement of a page has an end (settings.WEB_QUERY_SECONDS)
application = get_asgi_application()
