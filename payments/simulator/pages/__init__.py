"""The hosted pages: what a person clicks through. HTML and CSS only, no script."""

from .site import Pages

__all__ = ["Pages"]
