"""The WSGI entry point for granian (see Dockerfile)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
os.environ.setdefault("PROCESS", "web")  # a statement of a page has an end (settings.WEB_QUERY_SECONDS)
application = get_wsgi_application()
