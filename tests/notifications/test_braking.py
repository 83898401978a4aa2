"""When FCM says that it is too much, no worker sends more until it said."""

from datetime import timedelta
from pathlib import Path

import pytest
from django_redis.cache import RedisCache
from pytest_django import Settings

from notifications import braking, delivery
from notifications.models import Delivery, Device
from people.models import User
from tests import world
from tests.doubles.fcm import FcmDouble
from tests.notifications.calls import queued, tell

NOW = world.NOW
Status = Delivery.Status
THREADS = 2
ALL = 20

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture(autouse=True)
def two_threads(settings: Settings) -> None:
    settings.PUSH_THREADS = THREADS


@pytest.fixture
def too_much(fcm_double: FcmDouble, karins_phone: Device) -> FcmDouble:
    """Twenty deliveries are due, and FCM wants nothing for ten minutes."""
    for number in range(ALL):
        queued(karins_phone, dedup_key=str(number))
    fcm_double.fail("quota", retry_after="600")
    return fcm_double


def of_another_worker(patch: pytest.MonkeyPatch, share: float) -> None:
    patch.setattr(braking, "_share", lambda _: share)


def test_nothing_more_is_begun(too_much: FcmDouble) -> None:
    delivery.send_due(NOW)

    assert 1 <= too_much.sends <= THREADS
    assert Delivery.objects.filter(attempts=0, status=Status.QUEUED).count() == ALL - too_much.sends


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
def test_no_worker_sends_until_fcm_said(
    too_much: FcmDouble, monkeypatch: pytest.MonkeyPatch, share: float, sven: User
) -> None:
    delivery.send_due(NOW)
    too_much.reset()
    world.make_device(sven)
    tell(sven)

    of_another_worker(monkeypatch, share)
    delivery.send_due(NOW + timedelta(seconds=599 + 300 * share))
    assert too_much.sends == 0
    delivery.send_due(NOW + timedelta(seconds=901))
    assert len(too_much.messages) == ALL + 1


def test_without_a_time_it_is_a_minute(too_much: FcmDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    of_another_worker(monkeypatch, 0.0)
    too_much.reset()
    too_much.fail("quota")

    delivery.send_due(NOW)

    assert braking.is_on("push", NOW + timedelta(seconds=59))
    assert not braking.is_on("push", NOW + timedelta(seconds=60))


def test_a_shorter_brake_does_not_release_a_longer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    of_another_worker(monkeypatch, 0.0)
    for seconds in (600, 60):
        braking.put_on("push", NOW, seconds=seconds)

    assert braking.is_on("push", NOW + timedelta(seconds=599))


def test_without_a_cache_each_delivery_has_its_own_wait(
    too_much: FcmDouble, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sven: User
) -> None:
    away = RedisCache(f"unix://{tmp_path}/nobody.sock", {"OPTIONS": {"IGNORE_EXCEPTIONS": True}})
    monkeypatch.setattr(braking, "cache", away)
    delivery.send_due(NOW)
    too_much.reset()
    assert not Delivery.objects.filter(next_try_at__lt=NOW + timedelta(seconds=600)).exists()

    world.make_device(sven)
    tell(sven)
    delivery.send_due(NOW)
    assert len(too_much.messages) == 1
    delivery.send_due(NOW + timedelta(seconds=901))
    assert len(too_much.messages) == ALL + 1
