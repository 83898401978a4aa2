"""The address is the key: it stays out of the log and of what counts calls."""

import io
import logging
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError
from pytest_django import Settings
from rest_framework.test import APIClient
from rest_framework.throttling import UserRateThrottle

from api.middleware import DiscreetFormatter
from occasions import calendar_services
from occasions.models import CalendarLink
from people.models import User


@pytest.fixture
def link(karin: User) -> CalendarLink:
    return CalendarLink.objects.create(user=karin)


def path(link: CalendarLink) -> str:
    return f"/api/v1/calendar/{link.secret}.ics"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Collect what the process writes to its log, from DEBUG up."""
    (console,) = (one for one in logging.getLogger().handlers if isinstance(one.formatter, DiscreetFormatter))
    assert isinstance(console, logging.StreamHandler)
    written = io.StringIO()
    monkeypatch.setattr(console, "stream", written)
    monkeypatch.setattr(logging.getLogger(), "level", logging.DEBUG)
    return written


@pytest.mark.parametrize(("error", "status"), [(RuntimeError("?"), 500), (OperationalError("away"), 503)])
def test_the_log_tells_of_a_failure_without_the_secret(
    error: Exception, status: int, link: CalendarLink, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise error

    monkeypatch.setattr(calendar_services, "read_calendar", fail)
    client = APIClient(raise_request_exception=False)
    assert client.get(path(link)).status_code == status
    assert "/api/v1/calendar/…" in log.getvalue()
    assert link.pk.hex not in log.getvalue()


def test_the_log_tells_neither_of_what_was_read_nor_of_what_is_not_there(
    link: CalendarLink, log: io.StringIO
) -> None:
    assert APIClient().get(path(link)).status_code == 200
    assert APIClient().get(f"{path(link)}/").status_code == 404
    assert APIClient().get(path(link).replace(".ics", "x.ics")).status_code == 404
    assert link.pk.hex not in log.getvalue()


def test_calls_are_counted_by_where_they_come_from_and_not_by_the_secret(
    link: CalendarLink, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "2/min"})

    def fetch(forwarded: str) -> Any:
        return APIClient().get(path(link), headers={"X-Forwarded-For": forwarded})

    answers = [fetch(f"198.51.100.{made_up}, 192.0.2.1") for made_up in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].json()["code"] == "too_many_requests"
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert fetch("192.0.2.2").status_code == 200
    counters: Any = cache
    assert set(counters.keys("throttle*")) == {"throttle_user_192.0.2.1", "throttle_user_192.0.2.2"}
