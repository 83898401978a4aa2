"""What goes wrong between the outbox and the phone, and what becomes of the delivery then."""

import logging
from datetime import timedelta

import pytest
import time_machine
from pytest_django import Settings

from notifications import braking, delivery, fcm, tasks
from notifications.models import Delivery, Device
from notifications.rules import GIVE_UP_AFTER
from tests import world
from tests.doubles.fcm import FcmDouble
from tests.notifications.calls import during_sending, queued, register, send, state, tell

NOW = world.NOW
Status = Delivery.Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


# What goes wrong at FCM


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("unavailable", (Status.RETRYING, "UNAVAILABLE")),
        ("internal", (Status.RETRYING, "INTERNAL")),
        ("quota", (Status.RETRYING, "QUOTA_EXCEEDED")),
        ("unauthorised", (Status.RETRYING, "UNAUTHENTICATED")),
        ("drop_before", (Status.RETRYING, "UNAVAILABLE")),
        ("drop_after", (Status.RETRYING, "UNAVAILABLE")),
        ("html", (Status.RETRYING, "HTTP_502")),
        ("unregistered", (Status.FAILED, "UNREGISTERED")),
        ("sender_mismatch", (Status.FAILED, "SENDER_ID_MISMATCH")),
        ("invalid_argument", (Status.FAILED, "INVALID_ARGUMENT")),
    ],
)
def test_what_fcm_says_is_remembered(
    fcm_double: FcmDouble, karins_phone: Device, kind: str, outcome: tuple[str, str]
) -> None:
    waiting = queued(karins_phone)
    fcm_double.fail(kind)

    assert state(send(waiting)) == outcome
    karins_phone.refresh_from_db()
    ending = {"unregistered": "gone", "sender_mismatch": "wrong_sender"}
    assert karins_phone.revoked_because == ending.get(kind, "")


def test_what_passes_is_sent_when_it_has_passed(fcm_double: FcmDouble, karins_phone: Device) -> None:
    waiting = queued(karins_phone)
    fcm_double.fail("unavailable", times=2)

    send(waiting)
    assert send(waiting, later=timedelta(seconds=1)).attempts == 1  # not yet
    send(waiting, later=timedelta(minutes=1))
    send(waiting, later=timedelta(minutes=2))

    assert (waiting.status, waiting.attempts, waiting.error_code) == (Status.SENT, 3, "")


def test_nothing_is_tried_again_before_fcm_said(fcm_double: FcmDouble, karins_phone: Device) -> None:
    waiting = queued(karins_phone)
    fcm_double.fail("quota", retry_after="600")

    send(waiting)

    assert timedelta(seconds=600) <= waiting.next_try_at - NOW <= timedelta(seconds=900)


def test_a_server_that_asks_for_a_day_is_believed_half_an_hour(
    fcm_double: FcmDouble, karins_phone: Device, settings: Settings
) -> None:
    settings.PUSH_THREADS = 1
    for number in range(20):
        queued(karins_phone, dedup_key=str(number))
    fcm_double.fail("quota", retry_after="86400")

    delivery.send_due(NOW)

    assert fcm_double.sends == 1
    assert Delivery.objects.latest("next_try_at").next_try_at <= NOW + timedelta(minutes=45, seconds=5)
    assert not braking.is_on("push", NOW + timedelta(minutes=45, seconds=5))


def test_an_outage_of_a_day_loses_nothing(fcm_double: FcmDouble, karins_phone: Device) -> None:
    waiting, now = queued(karins_phone), NOW
    fcm_double.fail("unavailable", times=1_000)
    while now < NOW + timedelta(days=1):
        with time_machine.travel(now, tick=False):
            delivery.send_due(now)
        assert state(waiting) == (Status.RETRYING, "UNAVAILABLE")
        now = waiting.next_try_at

    fcm_double.reset()
    assert send(waiting, later=now - NOW).status == Status.SENT


def test_a_lasting_outage_ends_in_an_alarm(
    fcm_double: FcmDouble, karins_phone: Device, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = queued(karins_phone)
    fcm_double.fail("unavailable")
    send(waiting)

    assert state(send(waiting, later=GIVE_UP_AFTER)) == (Status.FAILED, "given_up")
    assert [record.levelno for record in caplog.records if "given up" in record.message] == [logging.ERROR]
    assert fcm_double.sends == 1


def test_a_phone_that_registered_anew_meanwhile_is_kept(
    fcm_double: FcmDouble, karins_phone: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = queued(karins_phone)
    fcm_double.fail("unregistered")

    during_sending(monkeypatch, lambda: register(karins_phone.user, "karins-phone", fid="a-new-fid"))
    send(waiting)

    karins_phone.refresh_from_db()
    assert karins_phone.revoked_at is None


def test_one_failing_phone_stops_nobody_else(
    fcm_double: FcmDouble, karins_phone: Device, svens_phone: Device
) -> None:
    fcm_double.fail("unregistered", address="fid-of-karins-phone")
    tell(karins_phone.user, svens_phone.user)

    tasks.deliver()

    assert [received.address for received in fcm_double.messages] == ["fid-of-svens-phone"]


# What goes wrong on our side


@pytest.mark.parametrize("credentials", ["/no/such/file.json", __file__])
def test_unusable_credentials_are_an_error_in_the_log_and_lose_nothing(
    karins_phone: Device,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    credentials: str,
    fcm_credentials: str,
    double: FcmDouble,
) -> None:
    settings.FIREBASE_CREDENTIALS, settings.FCM_ENDPOINT_URL = credentials, double.url
    waiting = queued(karins_phone)

    assert state(send(waiting)) == (Status.RETRYING, "SENDER_BROKEN")
    assert any(record.levelno == logging.ERROR for record in caplog.records)

    settings.FIREBASE_CREDENTIALS = fcm_credentials
    assert send(waiting, later=timedelta(minutes=1)).status == Status.SENT


def test_a_sender_that_stumbles_loses_nothing(
    fcm_double: FcmDouble, karins_phone: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = queued(karins_phone)

    def stumble() -> None:
        raise RuntimeError("firebase-admin has changed inside")

    monkeypatch.setattr(fcm, "get_sender", stumble)

    assert state(send(waiting)) == (Status.RETRYING, "SENDER_BROKEN")


def test_without_firebase_a_push_is_written_to_the_log(
    karins_phone: Device, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    sent = send(queued(karins_phone))

    assert sent.provider_message_id == f"log:{sent.notification_id}"
    assert f"push {sent.notification_id} expense_approved 'Utlägg godkänt'" in caplog.text
    assert karins_phone.fid not in caplog.text
