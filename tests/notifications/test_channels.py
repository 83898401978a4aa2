"""By mail is told whoever has no phone, or one of which nothing was heard for a month."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from notifications import braking, sending
from notifications.delivery import send_due
from notifications.devices import forget_silent_devices
from notifications.fcm import Outcome, SendResult
from notifications.messages import Kind
from notifications.models import Delivery, Device, Notification
from notifications.preference_services import set_preferences
from people.models import User
from tests import world
from tests.notifications.calls import register, tell

NOW, DAY = world.NOW, timedelta(days=1)
MAIL = Delivery.Channel.MAIL
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mail_server_is_set(settings: Any) -> None:
    """Mails go somewhere."""
    settings.EMAIL_HOST = "mail.kalix.example"


def ways() -> list[str]:
    """Return by which channels something waits to go out."""
    return sorted(Delivery.objects.values_list("channel", flat=True))


def test_whoever_has_no_phone_gets_a_mail(karin: User) -> None:
    tell(karin)
    assert ways() == ["mail"]


def test_whoever_has_a_phone_gets_none(karin: User) -> None:
    world.make_device(karin, seen_at=NOW - 29 * DAY)
    tell(karin)
    assert ways() == ["push"]


def test_a_phone_that_was_silent_for_a_month_gets_its_push_and_a_mail_goes_along(karin: User) -> None:
    world.make_device(karin, seen_at=NOW - 30 * DAY)
    tell(karin)
    assert ways() == ["mail", "push"]


def test_one_phone_that_lives_is_enough(karin: User) -> None:
    world.make_device(karin, seen_at=NOW - 200 * DAY)
    world.make_device(karin, seen_at=NOW - DAY)
    tell(karin)
    assert ways() == ["push", "push"]


def test_a_phone_that_registers_again_is_heard_of_and_no_news(karin: User) -> None:
    first = register(karin, "karins-phone", fid="an address")
    Device.objects.update(seen_at=NOW - 40 * DAY)
    again = register(karin, "karins-phone", fid="an address")
    assert again.version == first.version
    tell(karin)
    assert ways() == ["push"]


def test_whoever_wants_no_mails_of_a_kind_gets_none(karin: User) -> None:
    set_preferences(user=karin, kinds=[{"kind": "expense_approved", "mail": False}])
    tell(karin)
    assert (Notification.objects.count(), ways()) == (1, [])
    tell(karin, kind=Kind.EXPENSE_RETURNED)
    assert ways() == ["mail"]


def test_where_no_mail_server_is_set_there_are_no_mails(karin: User, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    tell(karin)
    assert ways() == []


@pytest.mark.parametrize(("days", "revoked"), [(269, 0), (270, 1)])
def test_a_phone_that_was_silent_for_nine_months_is_forgotten(karin: User, days: int, revoked: int) -> None:
    device = world.make_device(karin, seen_at=NOW - days * DAY)
    tell(karin)
    assert forget_silent_devices(NOW) == revoked
    device.refresh_from_db()
    assert device.revoked_because == ("silent" if revoked else "")
    push = Delivery.objects.get(channel="push")
    assert (push.status, push.error_code) == (("failed", "device_revoked") if revoked else ("queued", ""))
    assert forget_silent_devices(NOW) == 0


def test_a_mail_goes_out_and_is_recorded(karin: User, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Tillfälle <no-reply@tillfalle.example>"
    world.make_device(karin, seen_at=NOW - 40 * DAY)
    tell(karin, kind=Kind.EXPENSE_RETURNED)

    send_due(NOW)
    send_due(NOW, channel=MAIL)

    (sent,) = mail.outbox
    notification = Notification.objects.get()
    assert (sent.subject, sent.to) == ("Utlägg behöver kompletteras", [karin.email])
    states = Delivery.objects.values_list("channel", "status", "provider_message_id")
    assert sorted(states) == [
        ("mail", "sent", f"<{notification.pk}@tillfalle.example>"),
        ("push", "sent", f"log:{notification.pk}"),
    ]


def test_no_channel_holds_up_the_other(karin: User, sven: User, monkeypatch: pytest.MonkeyPatch) -> None:
    world.make_device(sven)
    for number in range(60):
        tell(karin, dedup_key=str(number), now=NOW - DAY)  # more than a batch, and due for longer
    tell(sven)
    monkeypatch.setattr(sending, "send_mail", lambda _: pytest.fail("the mail server hangs"))

    send_due(NOW)

    waiting = Delivery.objects.filter(status="queued", attempts=0)
    assert set(waiting.values_list("channel", flat=True)) == {"mail"}
    assert waiting.count() == 60


def test_when_fcm_says_that_it_is_too_much_mails_go_on(karin: User) -> None:
    tell(karin)
    braking.put_on("push", NOW, seconds=600)

    send_due(NOW, channel=MAIL)

    assert len(mail.outbox) == 1


def test_an_address_that_takes_nothing_is_not_tried_again(karin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = SendResult(Outcome.REFUSED, error_code="MAIL_REFUSED")
    monkeypatch.setattr(sending, "send_mail", lambda _: refused)
    tell(karin)

    send_due(NOW, channel=MAIL)

    assert list(Delivery.objects.values_list("status", "error_code")) == [("failed", "MAIL_REFUSED")]


def test_who_may_not_sign_in_any_more_gets_no_mail(karin: User) -> None:
    tell(karin)
    User.objects.update(is_active=False)

    send_due(NOW, channel=MAIL)

    assert mail.outbox == []
    assert list(Delivery.objects.values_list("status", "error_code")) == [("failed", "recipient_inactive")]
