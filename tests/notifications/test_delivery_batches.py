"""Many deliveries at a time: what is claimed, sent, recorded and given back together."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from notifications import delivery, outbox, tasks
from notifications.models import Delivery, Device, Notification
from people.models import User
from tests import world
from tests.doubles.fcm import FcmDouble
from tests.notifications.calls import at_once, claim, during_sending, queued, send, state

NOW = world.NOW
Status = Delivery.Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def many(karins_phone: Device) -> Callable[[int], None]:
    """Let so many deliveries to Karin's phone be due."""

    def queue(count: int) -> None:
        for number in range(count):
            queued(karins_phone, dedup_key=f"many {number}")

    return queue


def states() -> dict[tuple[str, int], int]:
    """Count deliveries by status and attempts."""
    found = list(Delivery.objects.values_list("status", "attempts"))
    return {one: found.count(one) for one in set(found)}


# Claimed and recorded together


def test_a_batch_costs_a_claim_and_a_commit_for_each_handful(
    fcm_double: FcmDouble, many: Callable[[int], None]
) -> None:
    many(40)

    with CaptureQueriesContext(connection) as asked:
        assert delivery.send_due(NOW) is False

    assert states() == {(Status.SENT, 1): 40}
    updates = [query["sql"] for query in asked.captured_queries if "UPDATE" in query["sql"]]
    assert sum("SKIP LOCKED" in sql for sql in updates) == 2  # of which one finds nothing more
    assert len(updates) < 25


def test_what_has_been_due_longest_goes_first(
    fcm_double: FcmDouble, karins_phone: Device, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PUSH_THREADS = 1
    monkeypatch.setattr(delivery, "BATCH", 1)
    for hours in (1, 3, 2):
        waiting = queued(karins_phone, dedup_key=str(hours))
        waiting.change(next_try_at=NOW - timedelta(hours=hours))

    delivery.send_due(NOW)

    sent = [received.message["data"]["notification_id"] for received in fcm_double.messages]
    by_time = Delivery.objects.order_by("next_try_at").values_list("notification_id", flat=True)
    assert sent == [str(pk) for pk in by_time]


def test_each_of_a_batch_has_its_own_end(
    fcm_double: FcmDouble, karins_phone: Device, svens_phone: Device, karin: User
) -> None:
    ends = {
        "gone": ("unregistered", (Status.FAILED, "UNREGISTERED")),
        "bug": ("invalid_argument", (Status.FAILED, "INVALID_ARGUMENT")),
        "away": ("unavailable", (Status.RETRYING, "UNAVAILABLE")),
    }
    for fid, (fault, _) in ends.items():
        world.make_device(karin, fid=fid)
        fcm_double.fail(fault, address=fid)
    queued(karins_phone)
    well, expired = queued(svens_phone), queued(svens_phone, dedup_key="old")
    Notification.objects.filter(pk=expired.notification_id).update(expires_at=NOW)

    delivery.send_due(NOW)

    found = {row.device.fid: state(row) for row in Delivery.objects.filter(device__fid__in=ends) if row.device}
    assert found == {fid: end for fid, (_, end) in ends.items()}
    assert (state(well), state(expired)) == ((Status.SENT, ""), (Status.FAILED, "expired"))
    expired.refresh_from_db()
    assert expired.attempts == 0
    assert set(Device.objects.exclude(revoked_at=None).values_list("fid", flat=True)) == {"gone"}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_workers_at_once_share_what_is_due(fcm_double: FcmDouble, many: Callable[[int], None]) -> None:
    many(60)

    at_once(*[partial(delivery.send_due, NOW)] * 3)

    assert states() == {(Status.SENT, 1): 60}
    assert len(fcm_double.messages) == 60


# What a kill, a lost database and the end of a turn leave


class Killed(BaseException):
    """What no `except` of ours catches."""


def test_a_killed_worker_leaves_a_handful_sent_and_unrecorded(
    fcm_double: FcmDouble, many: Callable[[int], None], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PUSH_THREADS = 3
    many(30)

    def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(outbox, "record", die)
    with pytest.raises(Killed):
        delivery.send_due(NOW)

    assert fcm_double.received <= settings.PUSH_THREADS


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_database_that_goes_in_the_middle_is_waited_for(
    fcm_double: FcmDouble, many: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    many(20)
    with connection.cursor() as cursor:
        ours = cursor.execute("SELECT pg_backend_pid()").fetchone()[0]

    def cut() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [ours])

    during_sending(monkeypatch, lambda: at_once(cut))
    delivery.send_due(NOW)

    assert states() == {(Status.SENT, 1): 20}
    assert len(fcm_double.messages) == 20


def test_what_was_not_tried_when_the_turn_is_over_is_given_back(
    fcm_double: FcmDouble, many: Callable[[int], None], settings: Settings
) -> None:
    settings.PUSH_THREADS, settings.DELIVERY_CLAIM_SECONDS = 1, 0.6
    fcm_double.fail("hang", seconds=0.2)
    many(10)
    Delivery.objects.filter(notification__dedup_key__endswith="9").update(status=Status.RETRYING, attempts=7)

    assert delivery.send_due(NOW) is True

    sent = len(fcm_double.messages)
    assert 1 <= sent <= 2
    untried = Delivery.objects.exclude(status=Status.SENT)
    assert untried.count() == 10 - sent
    assert set(untried.values_list("status", "attempts")) <= {(Status.QUEUED, 0), (Status.RETRYING, 7)}


def test_a_turn_that_was_cut_rings_for_the_next(
    fcm_double: FcmDouble, many: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(tasks, "ring", rung.append)
    many(1)
    tasks.deliver()
    assert rung == []

    monkeypatch.setattr(delivery, "TURN_SECONDS", 0.0)
    many(1)
    tasks.deliver()

    assert rung == ["push"]
    assert len(fcm_double.messages) == 1


def test_who_gives_back_late_takes_nothing_from_the_next(karins_phone: Device) -> None:
    waiting = queued(karins_phone)
    slow = claim(1)
    delivery.sweep(NOW + timedelta(minutes=10))
    claim(1, later=timedelta(minutes=10))

    outbox.give_back(slow, NOW)

    waiting.refresh_from_db()
    assert (waiting.status, waiting.attempts) == (Status.SENDING, 2)


# How many are called


@pytest.mark.parametrize(("due", "bells"), [(0, 0), (1, 1), (51, 2), (1_001, 21), (1_000_000, tasks.MOST_BELLS)])
def test_the_sweep_rings_for_all_that_is_due(due: int, bells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "count_due", lambda _: dict.fromkeys(Delivery.Channel, due))
    rung: list[tuple[str, float]] = []
    for bell in (tasks.deliver, tasks.deliver_mails):
        monkeypatch.setattr(bell, "apply_async", lambda bell=bell, **how: rung.append((bell.name, how["expires"])))

    tasks.sweep_deliveries()

    assert rung == [(tasks.deliver.name, 10.0)] * bells + [(tasks.deliver_mails.name, 10.0)] * bells


def test_what_is_due_is_counted_in_the_index_alone(fcm_double: FcmDouble, karins_phone: Device) -> None:
    send(queued(karins_phone))
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
        outbox.count_due(NOW)
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {asked.captured_queries[0]['sql']}")
        plan = str(cursor.fetchall())

    assert "Index Only Scan using delivery_waiting_by_channel" in plan
