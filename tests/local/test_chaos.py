"""The harness finds what it looks for: each of its five sums is shown a planted fault; then one short real run."""

import json
import os
import subprocess
from copy import deepcopy
from random import Random

import pytest

from marketplace.local import environment
from marketplace.local.chaos.audit import audit
from marketplace.local.chaos.facts import Facts
from marketplace.local.chaos.pages import form_with
from marketplace.local.chaos.plans import ENDINGS, decide
from marketplace.local.chaos.stories import Story
from tests.rounds import is_long

ACCOUNTS = [{"id": "acct_1", "status": "active"}, {"id": "acct_2", "status": "restricted"}]
APPROVED = {
    "code": "work1", "work": "work1", "status": "approved", "account": "acct_1", "fee": 1_000, "received": 1_100,
    "counted": 1_100, "to_student": 1_000, "released": 1_000, "ours": 100, "to_bank": 0, "to_employer": 0,
    "divided_to_employer": 0,
}  # fmt: skip
MOVED = {
    "charges": [{"id": "ch_1"}], "refunds": [], "disputes": [],
    "transfers": [{"id": "tr_1", "amount": 1_000, "metadata": {"operation": "transfer:a"}}],
    "charged": 1_100, "transferred": 1_000, "reversed": 0, "refunded": 0, "disputed": 0,
}  # fmt: skip
BOOK = {
    "groups": {"work1": MOVED},
    "platform": {"available": [{"currency": "usd", "amount": 60}], "pending": [{"currency": "usd", "amount": 5}]},
}
DONE = {"kind": "transfer", "key": "transfer:a", "status": "done", "error_code": "", "tries": 1, "account": "acct_1"}


@pytest.fixture
def facts():
    """One engagement, approved and paid, and everything agrees."""
    return Facts(engagements={"work1": dict(APPROVED)}, operations=[dict(DONE)], at_stripe={"usd": 65}, held={})


@pytest.fixture
def book():
    return deepcopy(BOOK)


def found(facts, book):
    """The figures that are not zero."""
    return {name: value for name, value in audit(facts, book, ACCOUNTS).figures().items() if value}


def test_books_that_agree_are_clean(facts, book):
    assert found(facts, book) == {}


def test_a_second_transfer_for_one_payout_is_a_double_payment(facts, book):
    group = book["groups"]["work1"]
    group["transfers"].append(group["transfers"][0] | {"id": "tr_2"})
    group["transferred"] = 2_000
    verdict = audit(facts, book, ACCOUNTS)
    assert [said for _code, said in verdict.double] == [
        "2 transfers for one transfer: transfer:a",
        "the student got 2000, decided was 1000",
    ]


def test_a_refund_on_top_of_a_card_dispute_is_a_double_payment(facts, book):
    book["groups"]["work1"] |= {"refunded": 1_100, "disputed": 1_100}
    facts.engagements["work1"] |= {"to_employer": 1_100}
    assert found(facts, book) == {"double_payments": 1}


def test_a_refund_that_failed_and_was_sent_anew_is_none(facts, book):
    refund = {"id": "re_1", "status": "failed", "metadata": {"operation": "refund:a"}}
    book["groups"]["work1"]["refunds"] = [refund, refund | {"id": "re_2", "status": "succeeded"}]
    assert found(facts, book) == {}


def test_a_transfer_that_is_not_there_is_a_lost_payment(facts, book):
    book["groups"]["work1"] |= {"transfers": [], "transferred": 0}
    assert found(facts, book) == {"lost_payments": 1}


def test_nothing_is_lost_while_the_student_cannot_be_paid(facts, book):
    book["groups"]["work1"] |= {"transfers": [], "transferred": 0}
    facts.engagements["work1"]["account"] = "acct_2"
    facts.operations[0] |= {"status": "held", "account": "acct_2"}
    assert found(facts, book) == {}


def test_a_payment_that_the_site_never_heard_of_is_lost(facts, book):
    facts.engagements["work1"] |= {"received": 0}
    assert found(facts, book) == {"lost_payments": 1}


def test_money_at_stripe_for_nothing_of_ours_is_lost(facts, book):
    book["groups"]["other"] = MOVED
    assert found(facts, book) == {"lost_payments": 1}


def test_who_takes_over_is_paid_from_what_was_paid_for_the_first(facts, book):
    left = {"status": "cancelled", "received": 0, "counted": 0, "to_student": 0, "released": 0, "ours": 0}
    facts.engagements = {
        "work1": APPROVED | left | {"account": "acct_2"}, "work2": APPROVED | {"code": "work2", "work": "work1"}
    }  # fmt: skip
    assert found(facts, book) == {}
    book["groups"]["work1"]["transferred"] = 2_000
    assert found(facts, book) == {"double_payments": 1}


def test_an_approval_that_released_too_little_is_lost(facts, book):
    facts.engagements["work1"] |= {"to_student": 900, "released": 900}
    facts.held = {"work1": 100}
    book["groups"]["work1"]["transferred"] = 900
    assert found(facts, book) == {"lost_payments": 1, "drift_minor_units": 100}


def test_entries_that_do_not_sum_to_zero_are_counted(facts, book):
    facts.ledger_sums, facts.drifted_accounts = {"usd": -3}, ["held:work1:usd"]
    assert found(facts, book) == {"ledger_sum_minor_units": 4}


def test_a_balance_that_differs_from_stripes_is_drift(facts, book):
    facts.at_stripe["usd"] = 60
    assert found(facts, book) == {"drift_minor_units": 5}


def test_what_the_ledger_holds_beyond_the_decisions_is_drift(facts, book):
    facts.held = {"work1": 7}
    assert found(facts, book) == {"drift_minor_units": 7}


@pytest.mark.parametrize("status", ["planned", "sent", "unknown", "held", "failed"])
def test_an_operation_that_came_to_no_end_is_stuck(facts, book, status):
    facts.operations[0]["status"] = status
    assert found(facts, book) == {"stuck_operations": 1}


def test_an_operation_that_is_not_needed_any_more_is_not_stuck(facts, book):
    facts.operations.append(DONE | {"status": "failed", "error_code": "not_needed"})
    assert found(facts, book) == {}


def test_a_row_that_still_waits_is_stuck(facts, book):
    facts.unfinished = [("event", "charge.refunded", "")]
    assert found(facts, book) == {"stuck_operations": 1}


def test_each_ending_has_a_story():
    assert [name for name in ENDINGS if not hasattr(Story, name)] == []


def test_the_seed_alone_decides_what_people_do():
    assert decide(Random("1:plan:7")) == decide(Random("1:plan:7"))
    assert len({decide(Random(f"1:plan:{number}")).ending for number in range(400)}) == len(ENDINGS)


def test_a_form_is_sent_as_a_browser_would():
    page = (
        '<form method="post" action="there/"><input type="hidden" name="version" value="2"><textarea name="note">as it '
        'was</textarea><input type="radio" name="outcome" value="a">'
        '<input type="radio" name="outcome" value="b" checked>'
        '<button name="go" value="1">Go</button></form>'
    )
    form = form_with(page, "version")
    assert (form.method, form.action) == ("post", "there/")
    assert form.values == {"version": "2", "note": "as it was", "outcome": "b"}
    assert form_with(page, "nothing") is None


@pytest.mark.skipif(not is_long(), reason="a minute of real processes, in the long mode only")
def test_a_short_run(tmp_path):
    figures = tmp_path / "figures.json"
    command = ["./dev", "chaos", "--engagements", "8", "--seed", "5", "--minutes", "0.15", "--json", str(figures)]
    own = {name: value for name, value in os.environ.items() if name not in environment.FROM_OUTSIDE}
    ended = subprocess.run(command, cwd=environment.ROOT, env=own, capture_output=True, text=True, timeout=240)
    assert figures.exists(), ended.stdout + ended.stderr
    shown = json.loads(figures.read_text())
    assert (ended.returncode, shown["passed"], shown["problems"]) == (0, True, [])
    assert (sum(shown["engagements_by_end"].values()), shown["faults"] > 0) == (8, True)
