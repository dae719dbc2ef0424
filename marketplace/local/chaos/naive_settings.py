"""The harness's settings, and the usual way of paying in the place of ours (`./dev chaos --naive`)."""

from marketplace.local.chaos.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "marketplace.local.chaos.naive.Naive"]  # noqa: F405
