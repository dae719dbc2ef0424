"""Django admin of this app: money and documents to read, disputes to decide."""

from payments.admin import disputes, documents, money

__all__ = ["disputes", "documents", "money"]
