"""Engagements that wait for their approval, thousands in seconds: rows in bulk, charges at the simulator."""

from datetime import timedelta
from math import isqrt

from django.db import transaction

from applications.models import Application
from engagements.models import Delivery, Engagement
from marketplace.accounts.models import Student, User
from marketplace.clock import now
from marketplace.db import new_code
from payments import ledger
from payments.models import Funding, LedgerEntry, LedgerTransaction, MoneyOperation, PayoutAccount
from tests import factories
from tests.bench._stripe import charge_cards, ready_accounts

FEE, SERVICE_FEE = 48_000, 4_800
BATCH = 500


def deliver_many(count, say):
    """`count` funded and delivered engagements of about √count organizations and as many ready students. Their ids."""
    side = isqrt(count - 1) + 1
    say(f"{side} organizations, {side} students with accounts at Stripe …")
    projects, students = make_projects(side), make_students(side)
    made = []
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        made += deliver_batch(
            [(projects[number % side], students[number // side], f"{number // side}") for number in numbers]
        )
        say(f"{len(made):,} of {count:,} engagements are funded and delivered", often=True)
    return made


def make_projects(count):
    """Each of an organization of its own, with one owner and one for the money."""
    projects = []
    for person in people(2 * count, "Olive Owner")[::2]:
        organization = factories.make_organization(f"Bench {new_code()}", owner=person)
        payer = User.objects.get(pk=person.pk + 1)
        factories.make_member(organization, payer, "finance")
        projects.append(factories.make_project(organization=organization, status="closed", criteria=3))
    return projects


def make_students(count):
    rows = [
        Student(
            user=person, slug=f"bench-{person.code}", display_name="Robin Quist", is_adult=True, country="US",
            may_contract=True, eligibility_answered_at=now(), created_at=now(),
        )
        for person in people(count, "Robin Quist")
    ]  # fmt: skip
    students = Student.objects.bulk_create(rows)
    accounts = ready_accounts([student.user.email for student in students])
    operations = MoneyOperation.objects.bulk_create(
        MoneyOperation(key=f"account:{student.user.code}", kind="account", status="done", stripe_id=account)
        for student, account in zip(students, accounts, strict=True)
    )
    PayoutAccount.objects.bulk_create(
        PayoutAccount(
            student=student, operation=operation, stripe_id=account, transfers_status="active", checked_at=now()
        )
        for student, operation, account in zip(students, operations, accounts, strict=True)
    )
    return students


def people(count, name):
    """They never sign in, so nobody waits for a slow password hash."""
    rows = [User(email=f"{new_code()}@bench.example", name=name, password="!") for _ in range(count)]
    return User.objects.bulk_create(rows)


@transaction.atomic
def deliver_batch(places):
    """One engagement for each (project, student, label): accepted, paid, kicked off, version 1 under review."""
    at = now()
    applications = Application.objects.bulk_create(
        Application(
            project=project, student=student, label=label, status="accepted", revealed_at=at, submitted_at=at,
            offered_at=at, offer_expires_at=at + timedelta(days=3),
        )
        for project, student, label in places
    )  # fmt: skip
    engagements = Engagement.objects.bulk_create(under_review(application, at) for application in applications)
    Delivery.objects.bulk_create(
        Delivery(engagement=row, version=1, note="Done.", link="https://work.example/v1", delivered_at=at)
        for row in engagements
    )
    pay_many(engagements, at)
    return [row.pk for row in engagements]


def under_review(application, at):
    return Engagement(
        application=application, project=application.project, student=application.student,
        organization=application.project.organization, status="delivered", fee_amount=FEE,
        service_fee_amount=SERVICE_FEE, currency="usd", accepted_at=at, funding_due_at=at, funded_at=at,
        kickoff_due_at=at, kickoff_student_at=at, kickoff_organization_at=at, due_at=at + timedelta(days=20),
        delivered_at=at, review_due_at=at + timedelta(days=5),
    )  # fmt: skip


def pay_many(engagements, at):
    """Each by a card charge that the simulator has, its money held in the ledger."""
    operations = MoneyOperation.objects.bulk_create(
        MoneyOperation(
            key=f"checkout:{new_code()}", kind="checkout", status="done", engagement=row, amount=row.total_amount,
            currency="usd",
        )
        for row in engagements
    )  # fmt: skip
    charges = charge_cards([(row.code, row.total_amount) for row in engagements])
    fundings = Funding.objects.bulk_create(
        Funding(
            engagement=row, operation=operation, status="paid", amount=row.total_amount, fee_amount=row.fee_amount,
            currency="usd", paid_at=at, hold_deadline=at + timedelta(days=90), transfer_group=row.code,
            checkout_id=f"cs_{row.code}", payment_intent_id=charge["payment_intent"], charge_id=charge["id"],
            method="card", card_hint="Visa ending 4242", expires_at=at, counts=True,
        )
        for row, operation, charge in zip(engagements, operations, charges, strict=True)
    )  # fmt: skip
    hold_many(fundings, at)


def hold_many(fundings, at):
    """What movements.funding_received writes, in four statements instead of thousands."""
    names = {ledger.held(row.engagement): row for row in fundings}
    accounts = ledger.lock_accounts([*names, "stripe:pending"], "usd")
    kind = LedgerTransaction.Kind.FUNDING_RECEIVED
    movements = LedgerTransaction.objects.bulk_create(
        LedgerTransaction(key=f"funding:{row.checkout_id}", kind=kind, engagement=row.engagement, at=at)
        for row in fundings
    )
    LedgerEntry.objects.bulk_create(
        LedgerEntry(transaction=movement, account=account, amount=amount, currency="usd")
        for row, movement in zip(fundings, movements, strict=True)
        for account, amount in (
            (accounts["stripe:pending"], row.amount), (accounts[ledger.held(row.engagement)], -row.amount),
        )
    )  # fmt: skip
