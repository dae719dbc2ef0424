"""How often a test repeats itself: seldom in `./dev test`, often with `--long` or LONG_TESTS=1 (docs/local.md)."""

import os


def is_long():
    return os.environ.get("LONG_TESTS", "") not in ("", "0")


def rounds(short, long):
    """The rounds of this run. Asked when a test is collected or runs, never when a plugin is loaded."""
    return long if is_long() else short
