"""Faults in any order: a random machine over all that people, banks, Stripe, workers and clocks can do to the money.

Few runs in the short mode, always the same; hundreds with --long, other ones each time. The database is not emptied
between runs: each has an engagement of its own, and the books of all of them must agree.
"""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from payments import actions
from tests.factories import NOW
from tests.payments.money_machine import Cast, MoneyMachine
from tests.rounds import is_long, rounds

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(organization, owner, moderator, simulator):
    Cast.simulator, Cast.organization, Cast.owner, Cast.moderator = simulator, organization, owner, moderator
    Cast.at, Cast.runs, Cast.steps = NOW, 0, 0
    simulator.control("POST", "topup", amount=90_000_000)  # what a loss is paid from
    actions.reconcile(at=NOW)
    return Cast


def test_whatever_happens_no_money_is_lost_or_doubled(cast):
    terms = settings(
        max_examples=rounds(8, 500), stateful_step_count=rounds(20, 40), derandomize=not is_long(), database=None,
        deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), print_blob=True,
    )  # fmt: skip
    run_state_machine_as_test(MoneyMachine, settings=terms)
    assert cast.runs >= rounds(8, 500)
