"""Telling people: once, with the caller's transaction, and whatever the broker does."""

import json
import logging
import socket
import socketserver
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
import redis
from django.db import transaction

from notifications import tasks
from notifications.messages import Kind
from notifications.models import Delivery, Device, Notification
from people.models import User
from tests import world
from tests.notifications.calls import Undone, at_once, broker_at, tell, tell_and_fail

PATIENCE = 3.0  # seconds: what a request may be held up by a broker that is away


# Once


@pytest.mark.django_db
def test_telling_the_same_again_tells_nobody(karin: User, karins_phone: Device) -> None:
    assert [tell(karin), tell(karin)] == [1, 0]
    assert (Notification.objects.count(), Delivery.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_who_was_not_told_yet_is_told(karin: User, sven: User) -> None:
    tell(karin)

    assert tell(karin, sven) == 1


@pytest.mark.django_db
def test_another_kind_about_the_same_is_told_too(karin: User) -> None:
    assert [tell(karin), tell(karin, kind=Kind.EXPENSE_RETURNED)] == [1, 1]


@pytest.mark.django_db
def test_who_has_no_phone_has_an_inbox(karin: User) -> None:
    assert tell(karin) == 1
    assert Notification.objects.get().recipient == karin
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_every_phone_of_a_person_rings(karin: User, karins_phone: Device, svens_phone: Device) -> None:
    tablet = world.make_device(karin)
    world.make_device(karin, revoked_at=world.NOW)

    tell(karin)

    assert set(Delivery.objects.values_list("device", flat=True)) == {karins_phone.pk, tablet.pk}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_telling_the_same_from_many_sides_tells_it_once(inger: User, bengt: User) -> None:
    for user in (inger, bengt):
        world.make_device(user)

    for number in range(8):
        # In another order each: without one of its own, two would wait for each other.
        sides = [(inger, bengt), (bengt, inger)] * 2
        told = at_once(*(partial(tell, *both, dedup_key=str(number)) for both in sides))

        assert sum(told) == 2
    assert (Notification.objects.count(), Delivery.objects.count()) == (16, 16)


# With the caller's transaction


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_is_rolled_back_was_never_told(karin: User, karins_phone: Device, queue: redis.Redis) -> None:
    with pytest.raises(Undone):
        tell_and_fail(karin)

    assert not Notification.objects.exists()
    assert not Delivery.objects.exists()
    assert queue.llen("celery") == 0
    assert tell(karin) == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_bell_rings_once_the_row_is_there(karin: User, karins_phone: Device, queue: redis.Redis) -> None:
    with transaction.atomic():
        tell(karin)
        assert queue.llen("celery") == 0

    [message] = [json.loads(raw) for raw in queue.lrange("celery", 0, -1)]
    assert message["headers"]["task"] == "notifications.tasks.deliver"
    assert message["headers"]["kwargsrepr"] == "{}"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_one_bell_is_enough_however_many_are_told(
    karin: User, sven: User, karins_phone: Device, svens_phone: Device, queue: redis.Redis
) -> None:
    with transaction.atomic():
        with suppress(Undone):
            tell_and_fail(karin, sven)
        tell(karin, sven)
        tell(karin, sven, dedup_key="2")

    assert queue.llen("celery") == 1


# Whatever the broker does


@pytest.fixture
def silent_broker() -> Iterator[str]:
    """A broker that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def refusing_broker(tmp_path: Path) -> str:
    """A broker that is not there."""
    return f"redis+socket://{tmp_path}/nobody.sock"


class Loading(socketserver.BaseRequestHandler):
    """Says that it is not ready, and hangs up."""

    def handle(self) -> None:
        self.request.sendall(b"-LOADING Valkey is loading the dataset in memory\r\n")


@pytest.fixture
def loading_broker() -> Iterator[str]:
    """A broker that has just been started and is still reading its files."""
    with socketserver.TCPServer(("127.0.0.1", 0), Loading) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"redis://127.0.0.1:{server.server_address[1]}/0"
        server.shutdown()
        thread.join()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("broker", ["refusing_broker", "silent_broker", "loading_broker"])
def test_a_broker_that_is_away_holds_nobody_up(
    broker: str,
    karin: User,
    karins_phone: Device,
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    world.make_device(karin)
    with broker_at(request.getfixturevalue(broker)):
        started = time.monotonic()
        assert tell(karin) == 1
        took = time.monotonic() - started

    assert took < PATIENCE
    assert "The broker is away" in caplog.text
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert set(Delivery.objects.values_list("status", flat=True)) == {Delivery.Status.QUEUED}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_the_broker_missed_is_rung_for_when_it_is_back(
    karin: User, karins_phone: Device, queue: redis.Redis, refusing_broker: str
) -> None:
    with broker_at(refusing_broker):
        tell(karin, now=world.NOW)

    tasks.sweep_deliveries()

    assert queue.llen("celery") == 1
