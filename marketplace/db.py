"""What every model and action shares: public codes, the row lock, the guarded status change."""

import re
import secrets

from django.conf import settings
from django.db import OperationalError, connection, models, transaction
from psycopg2.errors import QueryCanceled

from marketplace import prepared
from marketplace.errors import InvalidTransition, Unavailable
from marketplace.rows import joined

ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # no look-alikes, no vowels that make words with i/l/o/u
# For the transaction: it commits before it is on the disk, as what a power cut undoes is done again. Every later commit
# that waits takes it along, as the log is one.
WAIT_FOR_NO_DISK = "SET LOCAL synchronous_commit = off; "
CODE = re.compile(rf"[{ALPHABET}]{{10}}")


def new_code():
    """A public identifier of 10 characters, ~49 bits: unguessable enough not to be walked, short enough to read out."""
    return new_codes(1)[0]


def new_codes(count):
    """As many identifiers: of random bytes, without those beyond a multiple of the alphabet, so all are as likely."""
    bound = 256 - 256 % len(ALPHABET)
    letters = ""
    while len(letters) < 10 * count:
        some = secrets.token_bytes(11 * count + 32 - len(letters))
        letters += "".join([ALPHABET[byte % len(ALPHABET)] for byte in some if byte < bound])
    return [letters[start : start + 10] for start in range(0, 10 * count, 10)]


def packed_array(plain):
    """A PostgreSQL array of what needs no quotes, as one literal: a list is an expression each to parse."""
    return f"{{{','.join(map(str, plain))}}}"


def storable(words, length=300):
    """What somebody else's program said, as a text column of that length takes it."""
    return str(words).replace("\x00", "")[:length]


class CodeField(models.CharField):
    """The identifier that URLs show instead of the primary key."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 16)
        kwargs.setdefault("unique", True)
        kwargs.setdefault("editable", False)
        kwargs.setdefault("default", new_code)
        super().__init__(*args, **kwargs)


class URLField(models.URLField):
    """A web address; one typed without a scheme is taken as https, in every form and in the admin."""

    def formfield(self, **kwargs):
        return super().formfield(**({"assume_scheme": "https"} | kwargs))

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.URLField", args, kwargs


def lock(model, pk, *related, local=""):
    """The row, locked and re-read, inside the caller's transaction. Lock order: project, application, engagement.

    Rows that name it may be written meanwhile: checking their foreign key at COMMIT waits for nobody, and so makes no
    deadlock with what is written under two such locks in another order.

    `related`: what comes along in the same statement, unlocked, as select_related names it. `local`: SET LOCAL …
    for the transaction, which travel along. Raises the model's DoesNotExist.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A row is locked inside a transaction.")
    rows = joined(model, *related)
    with connection.cursor() as cursor:
        prepared.execute(cursor, f"{rows.select_by_pk} FOR NO KEY UPDATE OF t", "pk bigint", {"pk": pk}, local=local)
        found = cursor.fetchone()
    if found is None:
        raise model.DoesNotExist(f"There is no {model._meta.verbose_name} {pk}.")
    return rows.instance(found, connection)


def ask_quickly(cursor, statement, values, *, types="", local=""):
    """Execute a statement that reads for a public page; no strangers' words keep the database busy for long.

    Raises Unavailable after PUBLIC_QUERY_SECONDS. The limit travels with the statement, in the same message; compiling
    such a statement (jit) would take longer than it does. With `types` it is prepared (prepared.py). `local`: further
    SET LOCAL ….
    """
    local += f"SET LOCAL jit = off; SET LOCAL statement_timeout = '{int(1000 * settings.PUBLIC_QUERY_SECONDS)}ms'; "
    try:
        if types:
            prepared.execute(cursor, statement, types, values, local=local)
        else:
            cursor.execute(local + statement, values)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise Unavailable("This takes too long just now. Use fewer or other words, or try again.") from error
        raise


# For a statement that walks along an index to its first few rows, where the planner would rather sort all.
WALK = "SET LOCAL enable_bitmapscan = off; "
# The end of what ask_quickly and WALK set, in a transaction that goes on to write.
UNHURRIED = "".join(f"SET LOCAL {name} TO DEFAULT; " for name in ("jit", "statement_timeout", "enable_bitmapscan"))


def in_transaction():
    """Whether a database transaction is open on this connection; the block around a test is none.

    A durable block is the one thing Django itself refuses to nest, and it exempts a TestCase's own.
    """
    if not connection.in_atomic_block:
        return False
    try:
        with transaction.atomic(durable=True):
            return False
    except RuntimeError:
        return True


class StatusModel(models.Model):
    """A row with a `status` that moves only along `TRANSITIONS` and only through `move_to`, from `actions.py`.

    `TRANSITIONS` maps a status to the set of statuses it may become.
    """

    TRANSITIONS = {}

    status_changed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    def may_become(self, status):
        return status in self.TRANSITIONS.get(self.status, ())

    def move_to(self, status, *, at, **changes):
        """Set `status` and `changes`, save those columns. Raises InvalidTransition; the row must be locked."""
        if not self.may_become(status):
            raise InvalidTransition(
                f"This is {self.get_status_display().lower()} now, so that is no longer possible.",
            )
        self.status, self.status_changed_at = status, at
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=["status", "status_changed_at", *changes])
