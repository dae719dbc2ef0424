"""Asking a worker to look at a row now, by the task's name: actions stand below the tasks that call them."""

from importlib import import_module


def nudge(task, *args):
    """Send `payments.tasks.<task>` when the caller's transaction is committed (marketplace/nudges.py)."""
    getattr(import_module("payments.tasks"), task).delay_on_commit(*args)
