"""Every two decisions about the same money at the same moment, on real connections.

`MATRIX` says who may win. Whatever happens must also be what would have happened had one come after the other, and the
books agree. 200 rounds of each pair with --long.
"""

import itertools
import threading

import pytest
from django.db import connection, transaction

from engagements import actions as engagements
from marketplace.errors import DomainError
from payments import actions, ledger
from payments.actions.operations import settle
from payments.stripe_values import Reversal
from tests.factories import NOW
from tests.payments.factories import onboard
from tests.payments.race_rows import DUE, PAID, PLANNED, RELEASED, Cast, check_books, make_world, outcome
from tests.rounds import rounds

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60  # seconds; PostgreSQL ends a deadlock after one
DECISIONS = (
    "approve", "automatic", "changes", "cancel", "refund", "dispute", "resolve", "payout", "edit_fee", "release",
)  # fmt: skip
# =  both succeed                 <  the one of the row succeeds, the other if it came first
# x  exactly one succeeds         ^  the one of the column succeeds, the other if it came first
# +  at least one succeeds
MATRIX = """
            approve automatic changes cancel refund dispute resolve payout edit_fee release
approve        =        =        x      x      =       x       x      =       x        <
automatic               =        x      x      =       x       x      =       x        <
changes                          =      x      =       ^       ^      =       ^        =
cancel                                  =      =       x       +      =       x        x
refund                                         +       =       =      ^       =        =
dispute                                                =       ^      =       <        <
resolve                                                        +      =       <        <
payout                                                                =       =        =
edit_fee                                                                      =        =
release                                                                                x
"""
ALLOWED = {
    "=": {(True, True)},
    "x": {(True, False), (False, True)},
    "<": {(True, True), (True, False)},
    "^": {(True, True), (False, True)},
    "+": {(True, True), (True, False), (False, True)},
}


def pairs():
    """(row, column, sign) of every cell."""
    lines = [line.split() for line in MATRIX.strip().splitlines()[1:]]
    assert tuple(MATRIX.split()[: len(DECISIONS)]) == DECISIONS
    for row, *signs in lines:
        columns = DECISIONS[DECISIONS.index(row) :]
        yield from ((row, column, sign) for column, sign in zip(columns, signs, strict=True))


# --- What each of them does; a refusal is a DomainError ---------------------------------------------


def present(world):
    """The student delivers, where that is still to be done."""
    if not world.delivered:
        student = world.cast.student.user
        engagements.deliver(
            engagement=world.engagement, note="Here it is.", link="https://work.example/v1", by=student, at=NOW
        )


def approve(world):
    present(world)
    actions.approve_delivery(engagement=world.engagement, by=world.cast.owner, at=NOW)


def automatic(world):
    present(world)
    actions.approve_delivery(engagement=world.engagement, by=None, at=DUE)


def changes(world):
    present(world)
    items = [{"criterion": world.criterion, "comment": "The third column is empty."}]
    engagements.request_changes(engagement=world.engagement, items=items, by=world.cast.owner, at=NOW)


def cancel(world):
    """With the kill fee that the page showed: a quarter, of which most was released already."""
    actions.cancel_engagement(
        engagement=world.engagement, by=world.cast.owner, reason="Our data is gone.", at=NOW, student_amount=2_000
    )


def refund(world):
    """A moderator takes a payout back, Stripe does it at once, and the employer is owed a refund."""
    payout, amount = (world.planned, PLANNED) if world.take_back_planned else (world.paid, PAID)
    reversal = actions.take_back(
        payout=payout, amount=amount, reasons="The work was copied.", by=world.cast.moderator, at=NOW
    )
    made = Reversal(f"trr_{reversal.code}", amount, "usd", reversal.operation.key)
    settle(reversal.operation, made, NOW)


def dispute(world):
    return engagements.open_dispute(
        engagement=world.engagement, problem="The file does not open.", by=world.cast.student.user, at=NOW
    )


def resolve(world):
    """A part for the student, the rest back."""
    actions.resolve_dispute(
        dispute=dispute(world), student_amount=20_000, reasons="Half of it works.", by=world.cast.moderator, at=NOW
    )


def payout(world):
    """A worker transfers what was released before, and Stripe's word of it comes."""
    operation = actions.run_operation(world.planned.operation_id, at=NOW)
    if operation.stripe_id:
        actions.sync_transfer(operation.stripe_id, at=NOW)


def edit_fee(world):
    """The change order's payment arrives. Where it is not due any more it goes back, which is a refusal as well."""
    if not actions.apply_checkout(world.checkout, at=NOW).counts:
        raise DomainError("It was paid too late and goes back.")


def release(world):
    actions.release_part(
        engagement=world.engagement, amount=5_000, by=world.cast.owner, at=NOW, released_before=RELEASED
    )


ACT = {
    act.__name__: act
    for act in (approve, automatic, changes, cancel, refund, dispute, resolve, payout, edit_fee, release)
}


# --- The rounds -------------------------------------------------------------------------------------


@pytest.fixture
def cast(student, organization, owner, moderator):
    return Cast(student.student, owner, organization, moderator, [])


@pytest.fixture
def cast_at_stripe(cast, simulator):
    """The student can be paid, and the rounds' card charges exist."""
    onboard(cast.student, simulator)
    wanted = [{"amount": 52_800, "currency": "usd", "transfer_group": "races"}] * (rounds(2, 200) + 2)
    cast.charges = simulator.control("POST", "charges", charges=wanted)["charges"]
    return cast


def world_for(pair, cast):
    world = make_world(cast, delivered="cancel" not in pair)
    world.take_back_planned = set(pair) == {"refund", "payout"}
    return world


def won(name, world):
    """True, or False when it was refused."""
    try:
        ACT[name](world)
    except DomainError:
        return False
    return True


def at_once(names, worlds):
    """Each in a thread of its own, all started together. Whether each succeeded, or the error that it must not meet."""
    start, ends = threading.Barrier(len(names)), [None] * len(names)

    def run(place, name, world):
        try:
            start.wait(PATIENCE)
            ends[place] = won(name, world)
        except Exception as error:  # a deadlock, a broken rule of the database, a bug
            ends[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in zip(itertools.count(), names, worlds, strict=False)]
    [thread.start() for thread in threads]
    [thread.join(PATIENCE) for thread in threads]
    return tuple(ends)


def one_after_the_other(names, cast):
    """What the books say when the first is finished before the second begins."""
    world = world_for(names, cast)
    [won(name, world) for name in names]
    return outcome(world.engagement)


def race(row, column, sign, cast):
    serial = [one_after_the_other(order, cast) for order in ((row, column), (column, row))]
    for _ in range(rounds(2, 200)):
        world = world_for((row, column), cast)
        assert at_once((row, column), (world, world)) in ALLOWED[sign]
        assert outcome(world.engagement) in serial
        check_books(world.engagement)
    assert (ledger.sums(), ledger.drifted_accounts()) == ({"usd": 0}, [])


PAIRS = list(pairs())


@pytest.mark.parametrize(
    ("row", "column", "sign"),
    [pytest.param(*pair, id=f"{pair[0]}-and-{pair[1]}") for pair in PAIRS if "payout" not in pair],
)
def test_two_decisions(row, column, sign, cast):
    race(row, column, sign, cast)


@pytest.mark.parametrize(
    ("row", "column", "sign"),
    [pytest.param(*pair, id=f"{pair[0]}-and-{pair[1]}") for pair in PAIRS if "payout" in pair],
)
def test_a_decision_and_a_transfer(row, column, sign, cast_at_stripe):
    race(row, column, sign, cast_at_stripe)


APART = [name for name in DECISIONS if name != "payout"]


@pytest.mark.parametrize(("one", "other"), [*itertools.combinations_with_replacement(APART, 2)])
def test_in_two_engagements_of_one_student_nobody_waits_in_a_circle(one, other, cast):
    """They share the accounts of the ledger, which may have been opened in any order."""
    with transaction.atomic():
        [ledger.lock_accounts([name], "usd") for name in ("refund_in_transit", "revenue:fee", "expense:stripe_fee")]
    for _ in range(rounds(1, 200)):
        worlds = [make_world(cast, delivered=name != "cancel") for name in (one, other)]
        assert at_once((one, other), worlds) == (True, True)
        [check_books(world.engagement) for world in worlds]


def test_the_matrix_has_every_pair():
    assert [pair[:2] for pair in PAIRS] == list(itertools.combinations_with_replacement(DECISIONS, 2))
