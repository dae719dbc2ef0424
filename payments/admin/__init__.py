"""Django admin of this app: money and documents to read, disputes to decide."""

from payments.admin import books, corrections, disputes, documents, money

__all__ = ["books", "corrections", "disputes", "documents", "money"]
