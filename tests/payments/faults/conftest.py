"""Engagements at the points where things go wrong, against the real simulator."""

import pytest

from engagements.actions import open_dispute
from engagements.models import Engagement
from payments import actions
from tests.factories import NOW
from tests.payments.factories import deliver, fund, make_awaiting, onboard, settle


@pytest.fixture
def awaiting(organization):
    """Waits for its funding."""
    return make_awaiting(organization)


@pytest.fixture
def funded(awaiting, owner, simulator):
    """Paid, kicked off, the student ready to be paid."""
    onboard(awaiting.student, simulator)
    fund(awaiting, owner, simulator)
    Engagement.objects.update(kickoff_student_at=NOW, kickoff_organization_at=NOW)
    awaiting.refresh_from_db()
    return awaiting


@pytest.fixture
def delivered(funded):
    return deliver(funded)


@pytest.fixture
def approved(delivered, owner):
    """The Payout: its transfer is planned and not sent."""
    return actions.approve_delivery(engagement=delivered, by=owner, at=NOW)[0]


@pytest.fixture
def paid(approved, simulator):
    """The Payout: the student has the money."""
    settle()
    approved.refresh_from_db()
    assert approved.status == "paid"
    return approved


@pytest.fixture
def dispute(delivered, owner):
    return open_dispute(engagement=delivered, problem="The file does not open.", by=owner, at=NOW)
