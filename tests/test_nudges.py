"""A broker that is away neither fails nor delays what was committed."""

import logging
import time

import pytest
from celery.exceptions import OperationalError
from django.core.cache import cache
from django.db import connection, transaction
from kombu.pools import ProducerPool

from marketplace import nudges
from marketplace.celery import app
from marketplace.notifications.actions import notify
from marketplace.notifications.models import Notification
from marketplace.notifications.tasks import send_due
from payments.nudges import nudge
from payments.tasks import run_operation
from tests.factories import NOW, make_user

CLOSED = "redis://127.0.0.1:1/0"


@pytest.fixture
def dead_broker(monkeypatch):
    """Every message goes to a port where nobody listens."""
    monkeypatch.setattr(nudges, "broker", nudges.Broker())
    cache.delete(send_due.waiting)
    with app.connection_for_write(CLOSED) as dead:
        monkeypatch.setattr(app.amqp, "_producer_pool", ProducerPool(connections=dead.Pool(1), limit=1))
        yield


def tell(user, key):
    notify([user], kind="offer.made", key=key, at=NOW, title="Acme offers you $480")


def test_the_dead_broker_is_one(dead_broker):
    with pytest.raises(OperationalError, match="Connection refused"):
        send_due.delay()


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_neither_fails_nor_delays_what_was_committed(dead_broker, caplog):
    user = make_user("Robin Quist")
    began = time.monotonic()
    with caplog.at_level(logging.WARNING, "marketplace.nudges"), transaction.atomic():
        for number in range(5):
            tell(user, f"offer:{number}")
            nudge("run_operation", number)
    assert time.monotonic() - began < 3
    assert Notification.objects.filter(email_due_at=NOW).count() == 5
    assert len(caplog.messages) == 1, "the broker rests after the first that it did not take"
    assert caplog.messages[0].startswith("marketplace.notifications.tasks.send_due() was not sent")


@pytest.mark.django_db(transaction=True)
def test_after_a_rest_the_broker_is_tried_again(dead_broker, caplog):
    nudge("run_operation", 1)
    nudge("run_operation", 2)
    nudges.broker.rests_until = 0.0
    nudge("run_operation", 3)
    assert len(caplog.messages) == 2


@pytest.mark.django_db
def test_the_same_nudge_is_sent_once_in_a_transaction(student, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as waiting:
        for number in range(3):
            tell(student, f"offer:{number}")
        nudge("run_operation", 7)
        nudge("run_operation", 7)
        nudge("run_operation", 8)
    assert [(message.task.name, message.args) for message in waiting] == [
        (send_due.name, ()), (run_operation.name, (7,)), (run_operation.name, (8,)),
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_nudge_of_what_was_rolled_back_does_not_stand_for_a_later_one(student, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as waiting:
        with transaction.atomic():
            nudge("run_operation", 7)
            transaction.set_rollback(True)
        assert connection.run_on_commit == []
        nudge("run_operation", 7)
    assert len(waiting) == 1


@pytest.fixture
def sent(monkeypatch):
    """What reaches the broker."""
    messages = []
    for task in (send_due, run_operation):
        monkeypatch.setattr(task, "delay", lambda *args, name=task.name: messages.append((name, *args)))
    cache.delete(send_due.waiting)
    yield messages
    cache.delete(send_due.waiting)


@pytest.mark.django_db(transaction=True)
def test_one_message_waits_for_all_that_is_due(sent):
    for number in range(3):
        tell(make_user(), f"offer:{number}")
        nudge("run_operation", number)
    assert sent.count((send_due.name,)) == 1
    assert len(sent) == 4


@pytest.mark.django_db(transaction=True)
def test_what_comes_after_the_task_has_begun_gets_a_message_of_its_own(sent):
    tell(make_user(), "offer:1")
    send_due.before_start("id", (), {})
    tell(make_user(), "offer:2")
    assert len(sent) == 2
