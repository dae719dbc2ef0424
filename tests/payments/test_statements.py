"""Statements: whatever happened, they agree with the ledger; the same on page, PDF and CSV."""

import csv
import io
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from payments import ledger
from payments.ledger import held, payable
from payments.models import LedgerTransaction
from payments.statements.figures import figures_of, lines_of, monthly_figures
from payments.statements.periods import Period
from payments.statements.presenting import paper_of
from tests import factories
from tests.payments.test_pages import read
from tests.test_papers import pages_of

pytestmark = pytest.mark.django_db
Kind = LedgerTransaction.Kind
BEGIN = datetime(2025, 12, 20, tzinfo=UTC)
AT = datetime(2026, 4, 15, tzinfo=UTC)
MONTHS = [Period(2025, 12), *(Period(2026, month) for month in range(1, 5))]


def make_engagement(organization):
    project = factories.make_project(organization=organization, status="closed")
    return factories.make_engagement(project=project)


def move(engagement, at, amounts, key, kind=Kind.PAYOUT_APPROVED, currency="usd"):
    ledger.post(kind=kind, key=key, at=at, currency=currency, amounts=amounts, engagement=engagement)


def movement(dice, engagement, others, at, key, currency="usd"):
    """One thing that may happen to held money, as the ledger books it."""
    name, balance = held(engagement), ledger.balance(held(engagement), currency)
    if balance < 100 or dice.random() < 0.4:
        amount = dice.randint(100, 90_000)
        move(engagement, at, {"stripe:pending": amount, name: -amount}, key, Kind.FUNDING_RECEIVED, currency)
        return
    part = dice.choice([balance, dice.randint(2, balance)])
    fee = dice.randint(0, part // 2)
    to = dice.choice([
        {payable(engagement): -(part - fee), "revenue:fee": -fee},
        {"refund_in_transit": -part},
        {"dispute:receivable": -fee, "loss:chargeback": -(part - fee)},
        {held(dice.choice(others)): -part},
        {"suspense": -part},
    ])  # fmt: skip
    if name not in to:
        if "dispute:receivable" in to and fee:
            move(engagement, at, {"dispute:receivable": fee, "stripe:pending": -fee}, f"{key}:bank", currency=currency)
        move(engagement, at, {name: part} | to, key, currency=currency)


def make_history(dice, organization, currency="usd", steps=40):
    """Random movements over five months, in order of time. Returns the engagements."""
    engagements = [make_engagement(organization) for _ in range(3)]
    for step, seconds in enumerate(sorted(dice.randrange(115 * 86_400) for _ in range(steps))):
        one = dice.choice(engagements)
        movement(dice, one, engagements, BEGIN + timedelta(seconds=seconds), f"{one.code}:{step}", currency)
    return engagements


@pytest.mark.parametrize("seed", range(12))
def test_any_history_adds_up(organization, other_owner, seed):
    dice = random.Random(seed)
    engagements = make_history(dice, organization)
    make_history(dice, other_owner.memberships.get().organization)
    make_history(dice, organization, "eur")
    balance = dict.fromkeys(("usd", "eur"), 0)
    for period in MONTHS:
        lines = list(lines_of(organization, period))
        for found in figures_of(organization, period):
            assert found.opening == balance[found.currency]
            balance[found.currency] = found.closing
            for flow, amount in found.flows.items():
                assert amount == sum(x.amount for x in lines if (x.flow, x.currency) == (flow, found.currency))
    assert balance["usd"] == sum(ledger.balance(held(row), "usd") for row in engagements)
    years = {found.currency: found for found in figures_of(organization, Period(2026))}
    for currency, months in monthly_figures(organization, Period(2026), AT).items():
        assert [month for month, _ in months] == MONTHS[1:]
        assert months[0][1].opening == years[currency].opening
        assert months[-1][1].closing == balance[currency] == years[currency].closing
        for flow, amount in years[currency].flows.items():
            assert amount == sum(figures.flows[flow] for _month, figures in months)


def test_a_month_ends_at_midnight_of_the_sites_zone(organization, settings):
    engagement, last = make_engagement(organization), datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)
    fund(engagement, last)
    fund(engagement, last + timedelta(seconds=1), "later")
    march, april = (figures_of(organization, Period(2026, month))[0] for month in (3, 4))
    assert (march.flows["funded"], april.flows["funded"], april.opening) == (52_800, 52_800, 52_800)


def fund(engagement, at, key="funding"):
    amounts = {"stripe:pending": 52_800, held(engagement): -52_800}
    move(engagement, at, amounts, f"{key}:{engagement.code}", Kind.FUNDING_RECEIVED)


def make_march(organization):
    """Two fundings, one released, one refunded; and one that is held from January on."""
    engagements = [make_engagement(organization) for _ in range(3)]
    for day, engagement in zip((datetime(2026, 1, 5, tzinfo=UTC), march(2), march(3)), engagements, strict=True):
        fund(engagement, day)
    _kept, released, refunded = engagements
    to = {payable(released): -48_000, "revenue:fee": -4_800}
    move(released, march(9), {held(released): 52_800} | to, "release")
    move(refunded, march(10), {held(refunded): 52_800, "refund_in_transit": -52_800}, "refund", Kind.REFUND_APPROVED)
    return engagements


def march(day):
    return datetime(2026, 3, day, 12, tzinfo=UTC)


def statements(organization, rest=""):
    return f"/payments/organizations/{organization.slug}/statements/{rest}"


@time_machine.travel(AT, tick=False)
def test_page_pdf_and_csv_say_the_same(organization, owner, client_of):
    make_march(organization)
    page = read(client_of, owner, statements(organization, "2026/3/"))
    answer = client_of(owner).get(statements(organization, "2026/3/pdf/"))
    assert answer["Content-Disposition"].endswith(f'filename="{organization.slug}-statement-2026-03.pdf"')
    text = " ".join(pages_of(answer.content)[0]).replace("–", "−")  # the font has no minus sign of its own
    equation = "$528.00 + $1,056.00 − $480.00 − $48.00 − $528.00 − $0.00 = $528.00"
    for words in (equation, "1 to 31 March 2026", "Service fee", "−$480.00", "UTC"):
        assert (words in page, words in text) == (True, True), words
    rows = list(
        csv.reader(io.StringIO(csv_text(client_of(owner), statements(organization, "2026/3/csv/")), newline=""))
    )
    assert [(row[1], row[5], row[6]) for row in rows[1:]] == [
        ("Held at the beginning", "", "528.00"), ("Funded", "528.00", "1056.00"), ("Funded", "528.00", "1584.00"),
        (rows[4][1], "-480.00", "1104.00"), ("Service fee", "-48.00", "1056.00"), ("Refund", "-528.00", "528.00"),
        ("Held at the end", "", "528.00"),
    ]  # fmt: skip
    assert rows[4][1].startswith("Released to Ari")
    assert rows[2][0] == "2026-03-02T12:00:00+00:00"
    assert sum(Decimal(row[5] or 0) for row in rows[1:]) == 0


def csv_text(client, address):
    return b"".join(client.get(address).streaming_content).decode("utf-8-sig")


@time_machine.travel(AT, tick=False)
def test_a_year_leads_to_its_months(organization, owner, client_of):
    make_march(organization)
    page = read(client_of, owner, statements(organization, "2026/"))
    for month in range(1, 5):
        assert statements(organization, f"2026/{month}/") in page
    assert statements(organization, "2026/5/") not in page
    assert "The year is not over: this is how it stands on 15 April 2026." in page
    assert client_of(owner).get(statements(organization)).url == statements(organization, "2026/")
    assert csv_text(client_of(owner), statements(organization, "2026/csv/")).count("\r\n") == 1 + 6 + 2


@time_machine.travel(AT, tick=False)
@pytest.mark.parametrize(
    "rest", ["2025/", "2027/", "2026/0/", "2026/13/", "2026/5/", "0/", "99999/", "2026/5/pdf/", "2025/csv/"]
)
def test_there_is_none_for_other_times(organization, owner, client_of, rest):
    assert client_of(owner).get(statements(organization, rest)).status_code == 404


@time_machine.travel(AT, tick=False)
def test_an_empty_month_says_so(organization, owner, client_of):
    page = read(client_of, owner, statements(organization, "2026/3/"))
    assert ("Nothing moved." in page, "$0.00 + $0.00" not in page) == (True, True)


@time_machine.travel(AT, tick=False)
def test_a_long_month_is_cut_on_the_page_and_whole_in_the_files(organization, owner, client_of):
    engagement = make_engagement(organization)
    for number in range(101):
        fund(engagement, march(1) + timedelta(minutes=number), str(number))
    page = read(client_of, owner, statements(organization, "2026/3/"))
    assert "first 100 movements" in page
    assert len(paper_of(organization, Period(2026, 3), at=AT).tables[1].rows) == 101


@time_machine.travel(AT, tick=False)
@pytest.mark.parametrize("rest", ["2026/", "2026/3/"])
def test_three_rows_cost_what_one_does(organization, owner, query_count, client_of, rest):
    client, counts = client_of(owner), []
    for number in (1, 2):
        for _ in range(number):
            fund(make_engagement(organization), march(number))
        counts.append(query_count(client, statements(organization, rest)))
    assert counts[0] == counts[1]
