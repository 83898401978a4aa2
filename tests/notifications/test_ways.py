"""What is told and reached nobody yet goes another way: by mail, or to the phone that came meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.delivery import send_due
from notifications.messages import Kind
from notifications.models import Delivery, Device, Notification
from notifications.preference_services import set_preferences
from notifications.services import unregister_device, withdraw
from people.models import User
from tests import world
from tests.doubles.fcm import FcmDouble
from tests.notifications.calls import queued, register, tell

NOW, DAY = world.NOW, timedelta(days=1)
NIGHT, MORNING = datetime(2026, 6, 9, 21, 30, tzinfo=UTC), datetime(2026, 6, 10, 5, 0, tzinfo=UTC)
MAIL = Delivery.Channel.MAIL
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def mails() -> int:
    """Count what waits for being mailed."""
    return Delivery.objects.filter(channel=MAIL, status="queued").count()


def pushed(double: FcmDouble) -> list[str]:
    """Return which phones something came to."""
    return [received.address for received in double.messages]


# A mail, where no phone is left


@pytest.fixture
def gone(fcm_double: FcmDouble, karins_phone: Device, settings: Any) -> FcmDouble:
    """Karin's phone has no app any more, and mails go somewhere."""
    settings.EMAIL_HOST = "mail.kalix.example"
    fcm_double.fail("unregistered", address=karins_phone.fid)
    return fcm_double


@pytest.mark.parametrize("fault", ["unregistered", "sender_mismatch"])
def test_what_a_phone_that_is_gone_never_got_is_mailed(gone: FcmDouble, karin: User, fault: str) -> None:
    gone.reset()
    gone.fail(fault)
    tell(karin, kind=Kind.EXPENSE_RETURNED)

    send_due(NOW)
    send_due(NOW, channel=MAIL)

    assert [one.subject for one in mail.outbox] == ["Utlägg behöver kompletteras"]
    assert sorted(Delivery.objects.values_list("channel", "status")) == [("mail", "sent"), ("push", "failed")]


def test_what_waited_for_that_phone_is_mailed_too_and_once(gone: FcmDouble, karin: User) -> None:
    tell(karin)
    tell(karin, dedup_key="later")
    Delivery.objects.filter(notification__dedup_key__endswith="later").update(next_try_at=NOW + DAY)

    send_due(NOW)
    send_due(NOW + DAY)

    assert mails() == 2
    assert set(Delivery.objects.filter(channel="push").values_list("status", flat=True)) == {"failed"}


def test_where_another_phone_lives_nothing_is_mailed(gone: FcmDouble, karin: User) -> None:
    world.make_device(karin, seen_at=NOW - 29 * DAY)
    tell(karin)
    send_due(NOW)
    assert mails() == 0


def test_of_two_phones_that_go_at_once_one_mail_is_left(gone: FcmDouble, karin: User) -> None:
    tablet = world.make_device(karin, seen_at=NOW - DAY)
    gone.fail("unregistered", address=tablet.fid)
    tell(karin)
    send_due(NOW)
    assert mails() == 1


def test_who_has_read_it_or_wants_no_mail_gets_none(gone: FcmDouble, karin: User) -> None:
    tell(karin)
    Notification.objects.update(read_at=NOW)
    set_preferences(user=karin, kinds=[{"kind": Kind.NUDGE, "mail": False}])
    tell(karin, kind=Kind.NUDGE)
    send_due(NOW)
    assert mails() == 0


def test_without_a_mail_server_the_inbox_has_it(gone: FcmDouble, karin: User, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    tell(karin)
    send_due(NOW)
    assert mails() == 0


# A phone that came between told and sent


def test_a_phone_that_comes_at_night_gets_what_waits_for_the_morning(
    karin: User, karins_phone: Device, fcm_double: FcmDouble, settings: Any
) -> None:
    settings.QUIET_HOURS = (time(22), time(7))
    tell(karin, now=NIGHT)
    register(karin, "karins-new-phone", fid="new", now=NIGHT)

    send_due(MORNING - timedelta(seconds=1))
    assert pushed(fcm_double) == []
    send_due(MORNING)
    assert sorted(pushed(fcm_double)) == sorted(["new", karins_phone.fid])


def test_a_phone_that_goes_through_the_hands_of_another_has_lost_nothing(
    karin: User, sven: User, fcm_double: FcmDouble
) -> None:
    phone = register(karin, "the-phone", fid="the")
    tell(karin)
    tell(sven)
    register(sven, "the-phone", fid="the")
    register(karin, "the-phone", fid="the")

    send_due(NOW)

    sent = Delivery.objects.get(status="sent")
    assert (sent.notification.recipient, sent.device) == (karin, phone)
    assert len(fcm_double.messages) == 1


def test_what_was_told_while_nobody_had_a_phone_comes_to_the_first(karin: User, fcm_double: FcmDouble) -> None:
    tell(karin, now=NOW - 29 * DAY)
    register(karin, "karins-phone", fid="first")
    send_due(NOW)
    assert pushed(fcm_double) == ["first"]


def test_a_phone_that_signs_on_again_gets_it_once(karin: User, fcm_double: FcmDouble) -> None:
    register(karin, "karins-phone", fid="the")
    tell(karin)
    for _ in range(2):
        unregister_device(user=karin, installation_id="karins-phone", now=NOW)
        register(karin, "karins-phone", fid="the")
        register(karin, "karins-phone", fid="the")
        send_due(NOW)
    assert pushed(fcm_double) == ["the"]


def read(told: Notification) -> None:
    Notification.objects.update(read_at=NOW)


def expired(told: Notification) -> None:
    Notification.objects.update(expires_at=NOW)


def old(told: Notification) -> None:
    Notification.objects.update(created_at=NOW - 30 * DAY)


def muted(told: Notification) -> None:
    set_preferences(user=told.recipient, kinds=[{"kind": told.kind, "push": False}])


def withdrawn(told: Notification) -> None:
    assert told.subject_id
    withdraw(subject_ids=[told.subject_id], kinds=[Kind(told.kind)], now=NOW)


def reached(told: Notification) -> None:
    Delivery.objects.update(status="sent", sent_at=NOW)


@pytest.mark.parametrize("is_over", [read, expired, old, muted, withdrawn, reached])
def test_a_new_phone_is_told_nothing_that_is_over(
    karins_phone: Device, is_over: Callable[[Notification], None]
) -> None:
    is_over(queued(karins_phone, subject_id=karins_phone.pk).notification)
    new = register(karins_phone.user, "karins-new-phone", fid="new")
    assert not new.deliveries.exists()


def test_how_much_is_waiting_costs_no_more_questions(karin: User) -> None:
    costs = []
    for number in range(3):
        for one in range(1 + 5 * number):
            tell(karin, dedup_key=f"{number} {one}")
        with CaptureQueriesContext(connection) as asked:
            phone = register(karin, f"phone {number}", fid=f"fid {number}")
        costs.append(len(asked))
    assert phone.deliveries.count() == 1 + 6 + 11
    assert len(set(costs)) == 1
