"""The metrics: whoever has the token reads how it fares, and nothing of anybody."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from assignments.models import Assignment
from core.models import Heartbeat
from notifications.models import Delivery, Device
from people.models import User
from tests import world
from tests.notifications.deliveries import failed, sent, told
from worker.schedule import EVERY

METRICS = "/api/metrics"
TOKEN = "a-token-of-at-least-thirty-two-characters"
NOW = world.NOW
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
QUESTIONS = 5
# All that a label may be called.
LABELS = {"status", "error_code", "quantile", "task"}
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture(autouse=True)
def with_a_token(settings: Settings) -> None:
    """Let whoever has it ask."""
    settings.METRICS_TOKEN = TOKEN


@pytest.fixture
def phone(karin: User) -> Device:
    """The phone that Karin is told on."""
    return world.make_device(karin, installation_id="karins-phone", fid="fid-of-karins-phone")


def scrape() -> str:
    """Ask as Prometheus does."""
    answer = Client().get(METRICS, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return answer.content.decode()


def samples() -> Iterator[tuple[str, dict[str, str], float]]:
    """Read an answer as Prometheus does."""
    for family in text_string_to_metric_families(scrape()):
        for sample in family.samples:
            yield sample.name.removeprefix("tillfalle_"), sample.labels, sample.value


def values(name: str) -> dict[tuple[str, ...], float]:
    """Return the values of a metric, by their labels."""
    return {tuple(labels.values()): value for found, labels, value in samples() if found == name}


@pytest.mark.parametrize(
    "header", [None, "", "Bearer ", "Bearer wrong", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}å"]
)
def test_nobody_reads_them_without_the_token(header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode().decode("latin-1")}

    answer = Client().get(METRICS, headers=headers)

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert "tillfalle" not in answer.content.decode()


@pytest.mark.parametrize("header", ["Bearer ", "Bearer", "", f"Bearer {TOKEN}"])
def test_without_a_token_set_there_is_nothing(settings: Settings, header: str) -> None:
    settings.METRICS_TOKEN = ""

    answer = Client().get(METRICS, headers={"Authorization": header})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_no_sign_in_opens_them(inger: User) -> None:
    assert world.signed_in(inger).get(METRICS).status_code == 401


def test_they_are_only_read() -> None:
    assert Client().post(METRICS, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 405


def test_they_are_in_the_text_format_of_prometheus() -> None:
    answer = Client().get(METRICS, headers={"Authorization": f"Bearer {TOKEN}"})

    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = list(text_string_to_metric_families(answer.content.decode()))
    assert families
    for family in families:
        assert family.type == "gauge"
        assert family.documentation.endswith(".")
        assert family.name.startswith("tillfalle_")


def test_deliveries_are_counted_by_state_and_error(phone: Device) -> None:
    told(phone, NOW - HOUR)
    sent(phone, NOW - HOUR, SECOND)
    failed(phone, NOW - HOUR, "UNREGISTERED")

    found = {(labels["status"], labels["error_code"]): n for name, labels, n in samples() if name == "deliveries"}

    assert found == {("queued", ""): 1, ("sent", ""): 1, ("failed", "UNREGISTERED"): 1}


def test_the_age_of_the_queue_is_that_of_the_oldest_that_is_due(phone: Device) -> None:
    told(phone, NOW - 2 * DAY, due_after=DAY)
    told(phone, NOW - HOUR, status="retrying", error_code="HTTP_503")
    told(phone, NOW - HOUR, due_after=DAY)

    assert values("deliveries_due") == {(): 2}
    assert values("deliveries_oldest_due_seconds") == {(): DAY.total_seconds()}


def test_an_empty_queue_has_no_age() -> None:
    assert (values("deliveries_due"), values("deliveries_oldest_due_seconds")) == ({(): 0}, {(): 0})
    assert values("delivery_due_to_sent_seconds") == {}


def test_sending_has_quantiles(phone: Device) -> None:
    for seconds in (1, 1, 30):
        sent(phone, NOW - HOUR / 2, seconds * SECOND)

    assert values("delivery_due_to_sent_seconds") == {("0.5",): 1, ("0.95",): 30, ("0.99",): 30, ("1.0",): 30}


def test_yesterday_compares_due_with_sent(phone: Device) -> None:
    sent(phone, NOW - DAY, 90 * SECOND)
    told(phone, NOW - DAY)
    failed(phone, NOW - DAY, "expired")
    told(phone, NOW)

    assert [values(f"yesterday_{what}")[()] for what in ("due", "sent", "waiting", "slowest_seconds")] == [
        3,
        1,
        1,
        90,
    ]
    assert values("yesterday_failed") == {("expired",): 1}


def test_of_each_periodic_task_is_told_how_it_is() -> None:
    well, failing, overdue, *_ = EVERY
    Heartbeat.objects.create(task=well, started_at=NOW, finished_at=NOW - 5 * SECOND, count=3)
    Heartbeat.objects.create(task=failing, started_at=NOW, finished_at=NOW - 9 * SECOND, error="PhoneBookError")
    Heartbeat.objects.create(task=overdue, started_at=NOW, finished_at=NOW - DAY)

    assert values("task_ended_seconds") == {(well,): 5, (failing,): 9, (overdue,): DAY.total_seconds()}
    assert values("task_overdue") == {(task,): task not in (well, failing) for task in EVERY}
    assert values("task_failing") == {(task,): task == failing for task in EVERY}
    assert values("task_count")[(well,)] == 3


def test_receipts_that_wait_are_counted_from_when_they_were_whole(karin: User) -> None:
    world.make_receipt(karin, status="processing", arrived_at=NOW - HOUR)
    world.make_receipt(karin, status="processing", arrived_at=NOW - SECOND)
    world.make_receipt(karin, status="processing")
    world.make_receipt(karin)

    assert values("receipts_waiting") == {(): 2}
    assert values("receipts_oldest_waiting_seconds") == {(): HOUR.total_seconds()}


def test_a_clock_that_is_ahead_makes_nothing_negative(phone: Device) -> None:
    Heartbeat.objects.create(task=next(iter(EVERY)), started_at=NOW, finished_at=NOW + HOUR)
    sent(phone, NOW - SECOND, -SECOND)

    assert all(value >= 0 for _, _, value in samples())


def test_a_scrape_asks_as_little_of_many_as_of_none(phone: Device, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(QUESTIONS):
        scrape()
    for number in range(30):
        failed(phone, NOW - number * HOUR, f"HTTP_{500 + number}")
        sent(phone, NOW - number * HOUR, SECOND)
    with django_assert_num_queries(QUESTIONS):
        scrape()


def test_every_question_about_what_grows_goes_by_an_index(phone: Device) -> None:
    with CaptureQueriesContext(connection) as asked:
        scrape()

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # few rows are read quickest without one
        for question in asked.captured_queries:
            cursor.execute(f"EXPLAIN {question['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "core_heartbeat" in plan or "Seq Scan" not in plan, plan


def test_they_name_nobody_and_nothing(phone: Device, assignment: Assignment) -> None:
    world.make_receipt(phone.user, status="processing", arrived_at=NOW)
    for at in (NOW, NOW - DAY):
        told(phone, at)
        sent(phone, at, SECOND, provider_message_id="projects/kalix/messages/1")
        failed(phone, at, "UNREGISTERED")

    text = scrape()

    rows = [phone, assignment, *Delivery.objects.all()]
    secrets = [str(row.pk) for row in rows]
    for word in ("kalix", "karin", "maj-britt", "söderlund", "fid-of", "projects/", "@", *secrets):
        assert word not in text.casefold()
    assert {label for _, labels, _ in samples() for label in labels} <= LABELS


def test_what_is_no_error_code_becomes_no_label(phone: Device) -> None:
    for error_code in ("karin@kalix.example", "Maj-Britt Söderlund", 'a "quoted" one'):
        failed(phone, NOW - DAY, error_code)
        failed(phone, NOW, error_code)

    text = scrape()

    assert values("yesterday_failed") == {("other",): 3}
    assert 'error_code="other"' in text
    for word in ("karin", "maj-britt", "quoted"):
        assert word not in text.casefold()


def test_each_series_is_there_once(phone: Device) -> None:
    for error_code in ("not a code", "nor this one", "HTTP_503"):
        failed(phone, NOW, error_code)

    series = [(name, tuple(sorted(labels.items()))) for name, labels, _ in samples()]

    assert len(series) == len(set(series))


def test_the_description_of_the_api_leaves_them_out() -> None:
    assert "metrics" not in Client().get("/api/schema").content.decode()
