"""From the outbox to the phone: real rows, the real Firebase client, a double of FCM behind it."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from notifications import delivery, tasks
from notifications.messages import Kind
from notifications.models import Delivery, Device, Notification
from notifications.rules import GIVE_UP_AFTER
from people.models import Municipality, Role, User
from tests import world
from tests.doubles.fcm import FcmDouble
from tests.notifications.calls import at_once, claim, during_sending, queued, register, send, state, tell

NOW = world.NOW
Status, PUSH = Delivery.Status, Delivery.Channel.PUSH

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


# What arrives


def test_a_push_arrives_and_is_remembered(fcm_double: FcmDouble, karins_phone: Device) -> None:
    sent = send(queued(karins_phone))

    [received] = fcm_double.for_address("fid-of-karins-phone")
    assert (sent.status, sent.attempts, sent.error_code) == (Status.SENT, 1, "")
    assert sent.provider_message_id == received.name
    assert sent.sent_at is not None
    assert received.message["data"] == {
        "notification_id": str(sent.notification_id),
        "kind": "expense_approved",
    }


@pytest.mark.parametrize(("language", "title"), [("sv", "Utlägg godkänt"), ("en", "Expense approved")])
def test_a_push_speaks_the_language_of_its_recipient(
    fcm_double: FcmDouble, karins_phone: Device, language: str, title: str
) -> None:
    User.objects.update(language=language)

    send(queued(karins_phone))

    assert fcm_double.messages[0].message["notification"]["title"] == title


def keys_of(fcm_double: FcmDouble, phone: Device, *kinds: Kind, **about: Any) -> list[str]:
    """Push kinds one after the other, and return the keys by which a phone replaces one by another."""
    for kind in kinds:
        send(queued(phone, dedup_key=kind, kind=kind, subject_type="nothing", **about))
    return [received.message["android"]["collapse_key"] for received in fcm_double.messages]


@pytest.mark.parametrize(
    ("story", "kinds"),
    [
        ("occasion_coming", (Kind.OCCASION_TOMORROW, Kind.OCCASION_SOON, Kind.OCCASION_UNLOGGED)),
        ("occasion_answer", (Kind.OCCASION_DECLINED, Kind.OCCASION_APPROVED)),
        ("expense_decision", (Kind.EXPENSE_RETURNED, Kind.EXPENSE_APPROVED, Kind.EXPENSE_REOPENED)),
    ],
)
def test_what_is_told_later_of_the_same_story_replaces_it_on_the_phone(
    fcm_double: FcmDouble, karins_phone: Device, story: str, kinds: tuple[Kind, ...]
) -> None:
    keys = keys_of(fcm_double, karins_phone, *kinds, subject_id=karins_phone.pk)
    assert keys == [f"{story}:{karins_phone.pk}"] * len(kinds)


def test_another_message_about_the_same_thing_replaces_nothing(
    fcm_double: FcmDouble, karins_phone: Device
) -> None:
    keys = keys_of(fcm_double, karins_phone, Kind.UNITS_UNUSED, Kind.NUDGE, subject_id=karins_phone.pk)
    assert keys == [f"units_unused:{karins_phone.pk}", f"nudge:{karins_phone.pk}"]


def test_what_is_about_no_single_thing_replaces_itself(
    fcm_double: FcmDouble, karins_phone: Device, kalix: Municipality
) -> None:
    world.add_roles(karins_phone.user, kalix, Role.COORDINATOR)
    assert keys_of(fcm_double, karins_phone, Kind.EXPENSES_WAITING) == ["expenses_waiting"]


def test_a_push_is_kept_for_a_phone_without_a_network_until_it_is_pointless(
    fcm_double: FcmDouble, karins_phone: Device
) -> None:
    send(queued(karins_phone, expires_at=NOW + timedelta(hours=2)))

    assert fcm_double.messages[0].message["android"]["ttl"] == "7200s"


def test_a_kind_of_another_release_is_sent_in_neutral_words(fcm_double: FcmDouble, karins_phone: Device) -> None:
    waiting = queued(karins_phone)
    Notification.objects.update(kind="a_kind_of_tomorrow")

    assert send(waiting).status == Status.SENT
    assert fcm_double.messages[0].message["notification"]["title"] == "Det finns något att se"


def test_nothing_is_sent_twice(fcm_double: FcmDouble, karins_phone: Device) -> None:
    waiting = queued(karins_phone)

    for _ in range(3):
        tasks.deliver()

    assert state(waiting) == (Status.SENT, "")
    assert len(fcm_double.messages) == 1


def test_a_bell_of_the_last_release_is_heard(fcm_double: FcmDouble, karins_phone: Device) -> None:
    waiting = queued(karins_phone)

    tasks.deliver(delivery_id=str(waiting.pk))

    assert state(waiting) == (Status.SENT, "")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_workers_with_the_same_delivery_send_it_once(fcm_double: FcmDouble, karins_phone: Device) -> None:
    for number in range(5):
        waiting = queued(karins_phone, dedup_key=str(number))

        at_once(*[partial(delivery.send_due, NOW)] * 4)

        assert state(waiting) == (Status.SENT, "")
    assert len(fcm_double.messages) == 5


def test_a_delivery_that_is_not_there_is_no_error() -> None:
    tasks.deliver(delivery_id="00000000-0000-0000-0000-000000000000", of_a_newer_release=True)


# What is not sent


def test_what_expired_is_not_sent(fcm_double: FcmDouble, karins_phone: Device) -> None:
    waiting = queued(karins_phone, expires_at=NOW + timedelta(hours=1))

    send(waiting, later=timedelta(hours=1))

    assert state(waiting) == (Status.FAILED, "expired")
    assert fcm_double.sends == 0


def test_nothing_is_sent_before_its_time(fcm_double: FcmDouble, karins_phone: Device) -> None:
    waiting = queued(karins_phone)

    assert send(waiting, later=-timedelta(seconds=1)).status == Status.QUEUED
    assert fcm_double.sends == 0


def test_nothing_is_sent_to_a_phone_that_signed_off(fcm_double: FcmDouble, karins_phone: Device) -> None:
    waiting = queued(karins_phone)
    karins_phone.change(revoked_at=NOW)

    assert state(send(waiting)) == (Status.FAILED, "device_revoked")
    assert fcm_double.sends == 0


def test_nothing_is_sent_to_who_may_not_sign_in(fcm_double: FcmDouble, karins_phone: Device) -> None:
    waiting = queued(karins_phone)
    User.objects.update(is_active=False)

    assert state(send(waiting)) == (Status.FAILED, "recipient_inactive")
    assert fcm_double.sends == 0


def test_a_reminder_of_what_is_planned_no_more_is_not_sent(fcm_double: FcmDouble, karins_phone: Device) -> None:
    waiting = queued(karins_phone, kind=Kind.OCCASION_SOON, subject_type="occasion", subject_id=karins_phone.pk)

    assert state(send(waiting)) == (Status.FAILED, "outdated")
    assert fcm_double.sends == 0


def test_what_was_queued_while_the_phone_moved_is_not_sent(
    fcm_double: FcmDouble, karins_phone: Device, sven: User
) -> None:
    waiting = queued(karins_phone)
    Device.objects.update(user=sven)  # past the service, which would have dropped what waited

    assert state(send(waiting)) == (Status.FAILED, "device_moved")
    assert fcm_double.sends == 0


def test_what_was_in_hand_while_the_phone_moved_is_not_tried_again(
    fcm_double: FcmDouble, karins_phone: Device, sven: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = queued(karins_phone)
    fcm_double.fail("unavailable")

    during_sending(monkeypatch, lambda: register(sven, "karins-phone", fid="fid-of-karins-phone"))
    assert send(waiting).status == Status.RETRYING

    fcm_double.reset()
    assert state(send(waiting, later=timedelta(hours=1))) == (Status.FAILED, "device_moved")
    assert fcm_double.sends == 0


# What a killed worker leaves


def test_what_a_killed_worker_had_in_hand_is_taken_back(fcm_double: FcmDouble, karins_phone: Device) -> None:
    waiting = queued(karins_phone)
    claim(1)

    assert delivery.sweep(NOW + timedelta(seconds=119))[PUSH] == 0
    assert delivery.sweep(NOW + timedelta(seconds=121))[PUSH] == 1
    assert state(waiting) == (Status.RETRYING, "abandoned")
    assert send(waiting, later=timedelta(seconds=122)).status == Status.SENT


def test_a_delivery_that_kills_its_workers_is_given_up(fcm_double: FcmDouble, karins_phone: Device) -> None:
    waiting = queued(karins_phone)
    Delivery.objects.update(status=Status.RETRYING, attempts=2_000)

    assert state(send(waiting, later=GIVE_UP_AFTER)) == (Status.FAILED, "given_up")


def test_a_slow_worker_whose_claim_ran_out_has_sent_all_the_same(
    fcm_double: FcmDouble, karins_phone: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = queued(karins_phone)
    during_sending(monkeypatch, lambda: delivery.sweep(NOW + timedelta(minutes=10)))

    assert state(send(waiting)) == (Status.SENT, "")


def test_a_slow_worker_does_not_speak_for_the_one_that_came_after(
    fcm_double: FcmDouble, karins_phone: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = queued(karins_phone)
    fcm_double.fail("unavailable")

    def overtake() -> None:
        delivery.sweep(NOW + timedelta(minutes=10))
        claim(1, later=timedelta(minutes=10))

    during_sending(monkeypatch, overtake)
    send(waiting)

    assert (waiting.status, waiting.attempts) == (Status.SENDING, 2)


def test_a_bell_that_nobody_heard_is_rung_again(karins_phone: Device) -> None:
    queued(karins_phone)

    for _ in range(2):
        assert delivery.sweep(NOW)[PUSH] == 1


def test_what_is_to_be_tried_again_is_rung_for_in_time(fcm_double: FcmDouble, karins_phone: Device) -> None:
    waiting = queued(karins_phone)
    fcm_double.fail("unavailable")
    send(waiting)

    assert delivery.sweep(waiting.next_try_at - timedelta(seconds=1))[PUSH] == 0
    assert delivery.sweep(waiting.next_try_at)[PUSH] == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_sweeps_at_once_do_no_harm(karin: User) -> None:
    for _ in range(20):
        world.make_device(karin)
    tell(karin)
    claim(20)

    found = at_once(*[partial(delivery.sweep, NOW + timedelta(hours=1))] * 3)

    assert max(due[PUSH] for due in found) == 20
    assert set(Delivery.objects.values_list("status", "attempts")) == {(Status.RETRYING, 1)}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_who_is_in_hand_elsewhere_holds_up_nobody(
    fcm_double: FcmDouble, karins_phone: Device, svens_phone: Device
) -> None:
    held, free = queued(karins_phone), queued(svens_phone)
    with transaction.atomic():
        Delivery.objects.select_for_update().get(pk=held.pk)

        at_once(partial(delivery.sweep, NOW), partial(delivery.send_due, NOW))

    assert state(free) == (Status.SENT, "")
    assert state(held) == (Status.QUEUED, "")
