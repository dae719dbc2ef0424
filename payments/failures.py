"""What a call to Stripe can end in, other than success. docs/payments.md has the table of what follows from each."""


class Failure(Exception):
    """`code` is Stripe's, `message` for staff. `status` is the HTTP status, None where there was no answer."""

    def __init__(self, message, *, code="", status=None):
        super().__init__(message)
        self.message, self.code, self.status = message, code, status


class Unknown(Failure):
    """It may have happened or not: keep the same key and ask again later.

    `replayed` is true when Stripe answered from its memory of the key: asking again gives the same answer for ever,
    so the object must be looked up, and only its proven absence allows a new key.
    """

    def __init__(self, message, *, code="", status=None, replayed=False):
        super().__init__(message, code=code, status=status)
        self.replayed = replayed


class NotYet(Failure):
    """It did not happen, for a reason that passes (the balance is short, our key is wrong): try again later."""


class Held(Failure):
    """It did not happen because of the receiving account: wait until that account is ready."""


class Refused(Failure):
    """It did not happen and will not by itself: a person must look."""


class Bug(Failure):
    """One key was used for two different requests: freeze and look."""


class NetworkInTransaction(RuntimeError):
    """Stripe was called while a database transaction was open. A programming error, never shown to people."""
