"""Fault 28: whatever the fee and however it is released, the parts add up to the cent and none is negative."""

from types import SimpleNamespace

import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from payments import actions, ledger
from payments.actions.splits import Holding
from payments.models import Payout, Refund, Split
from tests.factories import NOW
from tests.payments.factories import deliver, make_awaiting, make_funding, make_split

FEES = st.integers(1, 10**8)
RATES = st.integers(0, 10_000)  # basis points


@st.composite
def decisions(draw):
    """A fee, its service fee, and amounts released one after the other: the last may be less than what is left."""
    fee = draw(FEES)
    service = draw(RATES) * fee // 10_000
    shares = draw(st.lists(st.floats(0, 1), min_size=1, max_size=8))
    parts, left = [], fee
    for share in shares:
        parts.append(int(left * share))
        left -= parts[-1]
    return fee, service, [*parts, left] if draw(st.booleans()) else parts


def divide(fee, service, parts):
    """[(part, service fee for it, what is held afterwards)] as the actions would write them."""
    funding = SimpleNamespace(fee_amount=fee, service_fee_amount=service)
    held, released, earned, rows = fee + service, 0, 0, []
    for part in parts:
        ours = Holding(funding, held, fee - released, released, earned).service_for(part)
        held, released, earned = held - part - ours, released + part, earned + ours
        rows.append((part, ours, held))
    return rows


@given(decisions())
def test_fault_28_the_parts_add_up_and_none_is_negative(case):
    fee, service, parts = case
    rows = divide(fee, service, parts)
    assert all(min(row) >= 0 for row in rows)
    students, ours = sum(row[0] for row in rows), sum(row[1] for row in rows)
    assert students + ours + rows[-1][2] == fee + service
    assert abs(ours * fee - service * students) * 2 <= fee  # never more than half a cent from the exact share
    if students == fee:
        assert (ours, rows[-1][2]) == (service, 0)


@given(decisions())
def test_fault_28_it_does_not_matter_in_how_many_parts_it_is_released(case):
    fee, service, parts = case
    at_once, in_parts = divide(fee, service, [sum(parts)]), divide(fee, service, parts)
    assert at_once[-1][2] == in_parts[-1][2]


@pytest.mark.django_db
@pytest.mark.parametrize(("fee", "service"), [(33_333, 3_333), (20_001, 1), (99_999, 9_999), (24_000, 0)])
def test_fault_28_odd_amounts_leave_nothing_behind(organization, owner, fee, service):
    """One cent, then a half, then an approval: the largest remainder falls to the last."""
    engagement = make_awaiting(organization, fee_amount=fee, service_fee_amount=service)
    make_funding(engagement, status="paid")
    type(engagement).objects.update(
        status="active", funded_at=NOW, kickoff_student_at=NOW, kickoff_organization_at=NOW, released_amount=0
    )
    for amount in (1, fee // 2):
        actions.release_part(engagement=engagement, amount=amount, by=owner, at=NOW)
    engagement.refresh_from_db()
    deliver(engagement)
    actions.approve_delivery(engagement=engagement, by=owner, at=NOW)
    assert sum(Payout.objects.values_list("amount", flat=True)) == fee
    assert sum(Split.objects.values_list("service_fee_amount", flat=True)) == service
    assert (Refund.objects.count(), ledger.balance(ledger.held(engagement), "usd")) == (0, 0)
    assert (ledger.sums(), ledger.drifted_accounts()) == ({"usd": 0}, [])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "amounts",
    [
        {"student_amount": 48_000, "service_fee_amount": 4_801},
        {"student_amount": 48_000, "service_fee_amount": 4_799},
        {"student_amount": 48_001, "service_fee_amount": 4_800, "refund_amount": -1},
    ],
)
def test_fault_28_postgresql_refuses_parts_that_do_not_add_up(organization, amounts):
    engagement = make_awaiting(organization)
    make_funding(engagement, status="paid")
    with pytest.raises(IntegrityError):
        make_split(engagement, **amounts)
