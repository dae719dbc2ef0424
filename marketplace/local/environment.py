"""The environment of every local process: settings come from nowhere else (marketplace/settings.py)."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "localhost"  # not 127.0.0.1: browsers allow passkeys on this name without HTTPS
SIMULATOR_HOST = "127.0.0.1"
FROM_OUTSIDE = ("DATABASE_URL", "REDIS_URL")  # the only settings that ./dev takes from your own environment


def inherited():
    """Your own environment without anything that the site would read as a setting."""
    ours = ("STRIPE_", "SOCIAL_", "S3_", "EMAIL_", "ANYMAIL_", "DJANGO_")
    names = {
        "LOCAL",
        "DEMO_MODE",
        "DEBUG",
        "SECRET_KEY",
        "SITE_NAME",
        "SITE_URL",
        "ALLOWED_HOSTS",
        "CLAMD_URL",
        *FROM_OUTSIDE,
    }
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours) and key not in names}
    return {**kept, "DJANGO_SETTINGS_MODULE": "marketplace.settings", "PYTHONUNBUFFERED": "1"}


def from_outside(prefix):
    """Your own variables of that kind, for what can be tried out on a laptop."""
    return {key: value for key, value in os.environ.items() if key.startswith(prefix)}


def made(folder):
    folder.mkdir(mode=0o700, exist_ok=True)
    return str(folder)


def for_run(data, addresses, *, port, simulator_port):
    simulator = f"http://{SIMULATOR_HOST}:{simulator_port}"
    return {
        **inherited(),
        **from_outside("SOCIAL_"),
        **addresses,
        **data.keys(),
        "LOCAL": "1",
        "DEMO_MODE": "1",
        "DEBUG": "0",
        "SITE_URL": f"http://{HOST}:{port}",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "STRIPE_API_BASE": simulator,
        "STRIPE_SECRET_KEY": "sk_test_simulator",
        "STRIPE_HOSTED_ORIGINS": f"{simulator},http://localhost:{simulator_port}",
        "MEDIA_ROOT": made(data / "media"),
        "STATIC_ROOT": made(data / "static"),  # stays empty: whitenoise serves from the sources
    }


def for_tests(data, addresses):
    return {
        **inherited(),
        **addresses,
        "LOCAL": "1",
        "SECRET_KEY": "a-key-for-tests-only" * 3,
        "STRIPE_WEBHOOK_SECRET_PLATFORM": "whsec_platform_for_tests",
        "STRIPE_WEBHOOK_SECRET_CONNECT": "whsec_connect_for_tests",
        "STRIPE_WEBHOOK_SECRET_THIN": "whsec_thin_for_tests",
        "MEDIA_ROOT": made(data / "media"),
        "STATIC_ROOT": made(data / "static"),  # stays empty: whitenoise serves from the sources
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # Playwright's event loop runs in the thread of the test
    }


def for_production_checks(data, addresses):
    """What a real site would set, so that `check --deploy` judges the settings people deploy."""
    return {
        **inherited(),
        **addresses,
        "SECRET_KEY": "7Jq2vX9-not-a-real-one-but-as-long-and-as-mixed_as-one-should-be-4Ztm81",
        "SITE_URL": "https://proofwork.example",
        "STRIPE_SECRET_KEY": "sk_test_shape_only",
        "STRIPE_WEBHOOK_SECRET_PLATFORM": "whsec_shape_only",
        "STRIPE_WEBHOOK_SECRET_CONNECT": "whsec_shape_only",
        "STRIPE_WEBHOOK_SECRET_THIN": "whsec_shape_only",
        "EMAIL_URL": "smtp://mail.proofwork.example:25",
        "MEDIA_ROOT": made(data / "media"),
        "STATIC_ROOT": made(data / "static"),
    }
