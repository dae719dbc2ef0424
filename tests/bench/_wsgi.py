"""The site as in production, with the floors of _floors.py mounted beside it."""

import os

from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
settings.ROOT_URLCONF = "tests.bench._floors"

from marketplace.wsgi import application  # noqa: E402, F401 - what granian serves
