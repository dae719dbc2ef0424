"""Django admin of this app: applications and evidence to read, fairness reports."""

from applications.admin import fairness, reading

__all__ = ["fairness", "reading"]
