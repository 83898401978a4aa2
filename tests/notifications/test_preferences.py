"""How people say how they want to be told of what."""

from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.messages import MESSAGES, Kind
from notifications.models import Delivery, Notification, NotificationPreference
from people.models import User
from tests import world
from tests.notifications.calls import at_once, tell

URL = "/api/v1/notification-preferences"
pytestmark = pytest.mark.django_db


def read(user: User) -> Any:
    return world.signed_in(user).get(URL).json()


def put(user: User, version: int | None = None, **body: Any) -> Any:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return world.signed_in(user).put(URL, body, headers=headers)


def kind_of(shown: Any, kind: Kind) -> Any:
    return next(one for one in shown["kinds"] if one["kind"] == kind)


def test_who_never_said_sees_what_holds(karin: User) -> None:
    shown = read(karin)
    assert {name: value for name, value in shown.items() if name != "kinds"} == {
        "lead_times": [1440, 60], "quiet_from": None, "quiet_until": None, "time_zone": "Europe/Stockholm",
        "digest_at": "08:00", "version": 1,
    }  # fmt: skip
    assert all(one["push"] for one in shown["kinds"])
    assert not NotificationPreference.objects.exists()


def test_each_sees_the_kinds_of_their_roles(karin: User, inger: User) -> None:
    karins, ingers = ({one["kind"] for one in read(user)["kinds"]} for user in (karin, inger))
    assert karins | ingers == set(Kind)
    assert karins & ingers == set()
    assert Kind.EXPENSES_WAITING in ingers


def test_what_is_put_is_kept_and_may_be_put_again(karin: User) -> None:
    wanted: dict[str, Any] = {
        "lead_times": [15, 180, 15], "quiet_from": "21:30", "quiet_until": "06:15", "time_zone": "Asia/Tokyo",
        "digest_at": "09:30", "kinds": [{"kind": "expense_approved", "push": False}],
    }  # fmt: skip
    first = put(karin, **wanted)
    assert first.status_code == 200
    shown = first.json()
    assert (shown["lead_times"], shown["quiet_from"], shown["time_zone"]) == ([180, 15], "21:30", "Asia/Tokyo")
    assert shown["digest_at"] == "09:30"
    assert not kind_of(shown, Kind.EXPENSE_APPROVED)["push"]
    assert put(karin, version=1, **wanted).json() == shown == read(karin)


def test_what_is_not_named_stays_as_it_is(karin: User) -> None:
    put(karin, lead_times=[30], kinds=[{"kind": "expense_approved", "push": False}])
    shown = put(karin, kinds=[{"kind": "expense_rejected", "push": False}]).json()
    assert shown["lead_times"] == [30]
    assert [one["kind"] for one in shown["kinds"] if not one["push"]] == ["expense_approved", "expense_rejected"]
    again = put(karin, kinds=[{"kind": "expense_approved", "push": True}]).json()
    assert kind_of(again, Kind.EXPENSE_APPROVED)["push"]


def test_a_stale_phone_is_told_so(karin: User) -> None:
    put(karin, lead_times=[30])
    stale = put(karin, version=1, lead_times=[60])
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert stale.json()["present"]["lead_times"] == [30]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"lead_times": [61]}, "/lead_times/0"),
        ({"lead_times": "60"}, "/lead_times"),
        ({"quiet_from": "22:00"}, ""),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, ""),
        ({"quiet_from": None, "quiet_until": "07:00"}, ""),
        ({"quiet_from": "22:00:30", "quiet_until": "07:00"}, "/quiet_from"),
        ({"quiet_from": "22:00+05:00", "quiet_until": "07:00"}, "/quiet_from"),
        ({"digest_at": None}, "/digest_at"),
        ({"digest_at": "08:00+05:00"}, "/digest_at"),
        ({"time_zone": "Mars/Olympus"}, "/time_zone"),
        ({"time_zone": "localtime"}, "/time_zone"),
        ({"time_zone": "../etc/passwd"}, "/time_zone"),
        ({"kinds": [{"kind": "nothing"}]}, "/kinds/0/kind"),
        ({"kinds": [{"kind": "expense_approved", "sms": True}]}, "/kinds/0/sms"),
        ({"language": "en"}, "/language"),
    ],
)
def test_what_makes_no_sense_is_refused(karin: User, body: dict[str, Any], pointer: str) -> None:
    answer = put(karin, **body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not NotificationPreference.objects.exists()


@pytest.mark.parametrize("kind", [kind for kind, message in MESSAGES.items() if message.mandatory])
def test_some_kinds_can_not_be_switched_off(karin: User, kind: str) -> None:
    refused = put(karin, kinds=[{"kind": kind, "push": False}])
    assert (refused.status_code, refused.json()["code"]) == (400, "kind_mandatory")
    assert kind_of(read(karin), Kind(kind))["mandatory"]
    assert put(karin, kinds=[{"kind": kind, "push": True}]).status_code == 200


def test_a_kind_that_is_switched_off_is_in_the_inbox_only(karin: User) -> None:
    world.make_device(karin)
    put(karin, kinds=[{"kind": "expense_approved", "push": False}])
    tell(karin)
    assert (Notification.objects.count(), Delivery.objects.count()) == (1, 0)
    tell(karin, kind=Kind.EXPENSE_RETURNED)
    assert Delivery.objects.count() == 1


def test_reading_asks_few_questions(karin: User) -> None:
    client = world.signed_in(karin)
    with CaptureQueriesContext(connection) as queries:
        client.get(URL)
    assert len(queries) == 2  # what was said, and the roles


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_phones_that_say_it_at_once_both_succeed(karin: User) -> None:
    answers = at_once(*(partial(put, karin, lead_times=[minutes]) for minutes in (15, 30, 60, 120)))
    assert {answer.status_code for answer in answers} == {200}
    assert NotificationPreference.objects.get().version == 5
