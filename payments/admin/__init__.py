"""Django admin of this app: money to read, disputes to decide."""

from payments.admin import disputes, money

__all__ = ["disputes", "money"]
