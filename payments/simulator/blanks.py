"""Stripe's objects are mostly empty fields; these keep them out of the way of what matters."""


def blank(names):
    """A dict with each of the space-separated names set to None."""
    return dict.fromkeys(names.split())
