"""A refusal changes nothing: every row of our tables is the same after it as before."""

from contextlib import contextmanager

import pytest

from marketplace.errors import DomainError
from tests.access.table import fingerprint


@contextmanager
def refused(kind=DomainError, *, code=None, field=None):
    before = fingerprint()
    with pytest.raises(kind) as caught:
        yield caught
    assert (caught.value.code, caught.value.field) == (code or kind.code, field)
    assert fingerprint() == before, "a refused action changed something"
