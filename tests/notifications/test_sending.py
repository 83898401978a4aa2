"""Threads that send: nobody waits for a slow one, and nobody hangs when the caller fails."""

from collections.abc import Iterator
from dataclasses import replace
from time import monotonic

import pytest
from pytest_django import Settings

from notifications.fcm import Outcome, Push
from notifications.sending import BROKEN, send_in_groups
from tests.doubles.fcm import FcmDouble
from tests.notifications.test_fcm import PUSH

SOON = 60.0


@pytest.fixture(autouse=True)
def four_threads(settings: Settings) -> None:
    settings.PUSH_THREADS = 4


def push_to(fid: str) -> Push:
    if fid == "broken":
        raise LookupError(fid)
    return replace(PUSH, fid=fid)


def names(count: int) -> Iterator[str]:
    return (f"phone {number}" for number in range(count))


def test_every_push_is_sent_once(fcm_double: FcmDouble) -> None:
    groups = list(send_in_groups(names(50), push_to, until=monotonic() + SOON))

    assert sorted(fid for group in groups for fid, _ in group) == sorted(names(50))
    assert sorted(received.address for received in fcm_double.messages) == sorted(names(50))


def test_connections_are_kept_for_all_threads(fcm_double: FcmDouble) -> None:
    list(send_in_groups(names(50), push_to, until=monotonic() + SOON))

    assert len({received.client_port for received in fcm_double.messages}) <= 4


def test_a_slow_one_holds_up_nobodys_record(fcm_double: FcmDouble) -> None:
    fcm_double.fail("hang", address="phone 0", seconds=0.2)

    ended = [fid for group in send_in_groups(names(10), push_to, until=monotonic() + SOON) for fid, _ in group]

    assert ended[-1] == "phone 0"


def test_one_that_stumbles_stops_nobody(fcm_double: FcmDouble) -> None:
    things = iter(["one", "broken", "two"])

    results = dict(pair for group in send_in_groups(things, push_to, until=monotonic() + SOON) for pair in group)

    assert results["broken"] == BROKEN
    assert {fid for fid, result in results.items() if result and result.outcome == Outcome.SENT} == {"one", "two"}


def test_after_its_time_nothing_is_taken(fcm_double: FcmDouble) -> None:
    things = names(5)

    assert list(send_in_groups(things, push_to, until=monotonic())) == []
    assert next(things) == "phone 0"


def test_a_caller_that_fails_waits_for_what_is_on_its_way_only(fcm_double: FcmDouble) -> None:
    groups = send_in_groups(names(100), push_to, until=monotonic() + SOON)
    next(groups)
    groups.close()  # type: ignore[attr-defined]

    assert fcm_double.received <= 4
