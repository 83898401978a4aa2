"""That someone is a client is itself secret: nothing about them leaves the house or lands in a log."""

import json
import logging
import re
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import redis
from django.core import mail
from pytest_django import Settings

from assignments.models import Assignment
from assignments.nudging_services import nudge
from expenses.deciding_services import approve_expense, reject_expense, return_expense
from expenses.follow_up_reminders import remind_to_follow_up
from expenses.pre_approval_services import approve_pre_approval, ask_first, decline_pre_approval
from expenses.processing_services import process_receipt
from expenses.reminders import expire_drafts, remind_missing
from expenses.undoing_services import undo_decision
from notifications import delivery
from notifications.messages import Kind
from notifications.models import Delivery, Device, Notification
from notifications.services import tell_coordinators
from occasions import reminders
from occasions.answering_services import approve_occasion, decline_occasion
from occasions.series_filling import fill_series
from occasions.series_services import plan_series
from occasions.services import plan_occasion
from occasions.unused_reminders import remind_unused
from people.models import Municipality, User
from tests import world
from tests.doubles.fcm import FcmDouble

NOW = world.NOW
MARK = "Hemligstad"  # in every text that anybody could write about a client
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def marked(karin: User, inger: User, kalix: Municipality) -> Assignment:
    """Karin's assignment, with a recognisable word in every field that holds one."""
    User.objects.filter(pk=karin.pk).update(name=f"Karin {MARK}")
    assignment = world.make_assignment(karin, kalix, client_name=f"Maj-Britt {MARK}")
    client = assignment.decision.client
    client.change(reference=f"client-{MARK}")
    kalix.policies.update(highest_weight=4)
    assignment.decision.change(reference=f"decision-{MARK}", units=20)
    for user in (karin, inger):
        world.make_device(user)
    return assignment


@pytest.fixture
def told(marked: Assignment, inger: User, queue: redis.Redis, django_capture_on_commit_callbacks: Any) -> None:
    """Everything has happened that anybody is told of."""
    words: dict[str, Any] = {"place": f"{MARK} torg 1", "title": f"Bio i {MARK}", "note": f"{MARK} var glad"}
    with django_capture_on_commit_callbacks(execute=True):
        for starts_in in (timedelta(hours=20), timedelta(minutes=40), -timedelta(hours=30)):
            world.make_occasion(marked, NOW + starts_in, **words)
        reminders.remind_before(NOW)
        reminders.remind_unlogged(NOW)
        tell_coordinators(marked.municipality, NOW, Kind.EXPENSES_WAITING)
        remind_to_follow_up(NOW)
        for decide in (approve_expense, return_expense, reject_expense):
            expense = world.make_expense(marked, status="submitted", note=f"Kaffe i {MARK}")
            decide(user=inger, expense_id=expense.pk, now=NOW, reason=f"Fråga i {MARK}")
        undo_decision(user=inger, expense_id=expense.pk, now=NOW, reason=f"Fel i {MARK}")
        ask_and_be_answered(marked, inger, words)
        ask_first_and_be_answered(marked, inger)
        killed = world.make_receipt(marked.contact_person, status="processing", arrived_at=NOW, attempts=3)
        process_receipt(killed.pk, NOW)
        leave_out_a_day(marked, words)
        world.make_expense(
            marked,
            category="ticket",
            note=f"Bio i {MARK}",
            created_at=NOW - timedelta(days=3),
            updated_at=NOW - timedelta(days=26),
        )
        remind_missing(NOW)
        expire_drafts(NOW)
        remind_unused(NOW - timedelta(days=21))
        nudge(user=inger, assignment_id=marked.pk, now=NOW)
        world.make_late_write(marked, body={"note": f"{MARK} var glad"})
    assert set(Notification.objects.values_list("kind", flat=True)) == set(Kind)


def ask_and_be_answered(marked: Assignment, inger: User, words: dict[str, Any]) -> None:
    """Ask for more units three times; one is approved, one declined and one waits."""
    for days, answer in enumerate((approve_occasion, decline_occasion, None), start=2):
        occasion, _ = plan_occasion(
            user=marked.contact_person,
            now=NOW,
            assignment=marked.pk,
            starts_at=NOW + timedelta(days=days),
            ends_at=NOW + timedelta(days=days, hours=2),
            units=Decimal(3),
            units_reason=f"Långt till {MARK}",
            **words,
        )
        if answer:
            answer(user=inger, occasion_id=occasion.pk, now=NOW, reason=f"Det är {MARK}")


def ask_first_and_be_answered(marked: Assignment, inger: User) -> None:
    """Ask for money twice; one is approved and one declined."""
    for answer in (approve_pre_approval, decline_pre_approval):
        question, _ = ask_first(
            user=marked.contact_person,
            now=NOW,
            assignment=marked.pk,
            category="ticket",
            amount=Decimal(800),
            note=f"Konsert i {MARK}",
        )
        answer(user=inger, pre_approval_id=question.pk, now=NOW, reason=f"Det är {MARK}")


def leave_out_a_day(marked: Assignment, words: dict[str, Any]) -> None:
    """Let a day of a series find no units left when its time comes."""
    starts_at = NOW + timedelta(days=5)
    plan_series(
        user=marked.contact_person,
        now=NOW,
        assignment=marked.pk,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        rule="FREQ=MONTHLY;COUNT=4",
        **words,
    )
    world.make_occasion(marked, datetime(2026, 8, 2, 10, tzinfo=UTC), units=20)
    fill_series(NOW + timedelta(weeks=3))


def everything_in(queue: redis.Redis) -> str:
    """Read all that the broker holds."""
    names = [name.decode() for name in queue.scan_iter()]
    assert names, "Nobody rang"
    return " ".join(str(queue.lrange(n, 0, -1)) for n in names if queue.type(n) == b"list") + " ".join(names)


def send_all() -> None:
    """Send what is due now, what was told three weeks ago, and what will be in three weeks."""
    for when in (NOW + timedelta(weeks=weeks) for weeks in (-3, 0, 3)):
        for channel in Delivery.Channel:
            delivery.send_due(when, channel=channel)


def test_no_push_says_anything_about_a_client(told: None, fcm_double: FcmDouble) -> None:
    send_all()

    assert {received.message["data"]["kind"] for received in fcm_double.messages} == set(Kind)
    wire = json.dumps([received.message for received in fcm_double.messages], ensure_ascii=False)
    for word in (MARK, "Karin", "Maj-Britt", "kalix"):
        assert word.casefold() not in wire.casefold()
    assert not re.search(r"\b100\b", wire)  # kronor; an id may hold these figures among others


def test_no_mail_says_anything_about_a_client_either(
    marked: Assignment, settings: Settings, request: pytest.FixtureRequest
) -> None:
    settings.EMAIL_HOST = "mail.example"
    User.objects.update(language="en")
    Device.objects.update(seen_at=NOW - timedelta(days=90))
    request.getfixturevalue("told")

    send_all()

    mails = Delivery.objects.filter(channel="mail", status="sent")
    assert len(mail.outbox) == mails.count()
    assert set(mails.values_list("notification__kind", flat=True)) == set(Kind)
    wire = " ".join(f"{one.subject} {one.body} {one.extra_headers}" for one in mail.outbox)
    for word in (MARK, "Karin", "Maj-Britt", "kalix"):
        assert word.casefold() not in wire.casefold()
    assert not re.search(r"\b100\b", wire)


def test_a_push_carries_nothing_but_words_and_ids(told: None, fcm_double: FcmDouble) -> None:
    send_all()

    for received in fcm_double.messages:
        assert set(received.message) <= {"fid", "notification", "data", "android", "apns", "webpush"}
        assert set(received.message["notification"]) == {"title", "body"}
        assert set(received.message["data"]) == {"notification_id", "kind"}
        UUID(received.message["data"]["notification_id"])


def test_the_broker_holds_nothing_but_bells(told: None, queue: redis.Redis) -> None:
    assert Delivery.objects.count() > len(Kind)

    held = everything_in(queue)

    assert MARK not in held
    for raw in queue.lrange("celery", 0, -1):
        [_args, kwargs, _embed] = json.loads(b64decode(json.loads(raw)["body"]))
        assert kwargs == {}


def test_the_inbox_names_nobody(told: None, karin: User, inger: User) -> None:
    for user in (karin, inger):
        answer = world.signed_in(user).get("/api/v1/notifications")

        assert answer.data["results"]
        for word in (MARK, "Karin", "Maj-Britt"):
            assert word not in answer.content.decode()


@pytest.mark.parametrize("fault", ["", "unregistered", "invalid_argument", "unauthorised", "html", "drop_before"])
def test_no_log_names_anybody(
    fault: str, fcm_double: FcmDouble, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    caplog.set_level(logging.DEBUG)
    if fault:
        fcm_double.fail(fault, body=f"<p>{MARK}")

    request.getfixturevalue("told")
    send_all()

    assert caplog.records
    formatter = logging.Formatter()
    log = "\n".join(formatter.format(record) for record in caplog.records)
    addresses = Delivery.objects.values_list("device__fid", flat=True).distinct()
    for word in (MARK, "Maj-Britt", "kalix.example", *addresses):
        assert word not in log


def test_without_firebase_the_log_names_nobody_either(told: None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    send_all()

    assert caplog.text.count("push ") >= len(Kind)
    assert MARK not in caplog.text
