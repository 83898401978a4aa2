"""How it fares, for Prometheus. The database is asked at every scrape, so any web process answers for all.

No label names a person, a municipality or a row: states, error codes and names of tasks only.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from api.middleware import current_request_id
from api.problems import problem_response
from core.heartbeat import states_of_tasks
from expenses.models import Receipt
from notifications import figures

Sample = tuple[tuple[str, ...], float]


@csrf_exempt
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer in Prometheus' text format to whoever has METRICS_TOKEN; without one set there is nothing here."""
    if not settings.METRICS_TOKEN:
        return problem_response("not_found", request_id=current_request_id())
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        return problem_response(
            "not_authenticated", request_id=current_request_id(), headers={"WWW-Authenticate": "Bearer"}
        )
    registry = CollectorRegistry(auto_describe=False)
    registry.register(DatabaseCollector(timezone.now()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class DatabaseCollector(Collector):
    """What the database tells of the whole deployment at one moment."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Ask one question for each group of figures."""
        for ask in (_deliveries, _sending_times, _yesterday, _periodic_tasks, _receipts):
            yield from ask(self._now)


def _gauge(name: str, about: str, samples: Iterable[Sample], labels: tuple[str, ...] = ()) -> GaugeMetricFamily:
    """Make a gauge; samples with the same labels, as `other` may have, become one: Prometheus takes no second."""
    added: dict[tuple[str, ...], float] = defaultdict(float)
    for values, number in samples:
        added[values] += number
    family = GaugeMetricFamily(f"tillfalle_{name}", about, labels=labels)
    for values, total in added.items():
        family.add_metric(values, total)
    return family


def _deliveries(now: datetime) -> Iterator[GaugeMetricFamily]:
    groups = figures.count_deliveries(now)
    yield _gauge(
        "deliveries",
        "Deliveries by state and error code; sent and failed ones only of those told within 24 hours.",
        [((group.status, _code(group.error_code)), group.count) for group in groups],
        ("status", "error_code"),
    )
    yield _gauge(
        "deliveries_due",
        "Deliveries whose time has come and that are not sent, in hand or not.",
        [((), sum(group.due for group in groups))],
    )
    oldest = min((group.oldest_due_at for group in groups if group.oldest_due_at), default=now)
    yield _gauge(
        "deliveries_oldest_due_seconds",
        "For how long the oldest of those has been due, at first if it is retried; 0 without any.",
        [((), _seconds(now - oldest))],
    )


def _sending_times(now: datetime) -> Iterator[GaugeMetricFamily]:
    yield _gauge(
        "delivery_due_to_sent_seconds",
        "From due to sent, of deliveries sent within the last hour and told within 24; quiet hours are before due,"
        " all waiting and trying is after it. Absent when none was sent.",
        [((str(share),), _seconds(took)) for share, took in figures.time_sending(now).items()],
        ("quantile",),
    )


def _yesterday(now: datetime) -> Iterator[GaugeMetricFamily]:
    day = figures.figures_of_yesterday(now)
    told = f"Of the deliveries told yesterday ({settings.TIME_ZONE}): "
    yield _gauge("yesterday_due", f"{told}all.", [((), day.due)])
    yield _gauge("yesterday_sent", f"{told}those sent by now.", [((), day.sent)])
    yield _gauge("yesterday_waiting", f"{told}those neither sent nor failed by now.", [((), day.waiting)])
    failed = [((_code(code),), number) for code, number in day.failed.items()]
    yield _gauge("yesterday_failed", f"{told}those failed for good.", failed, ("error_code",))
    slowest = [] if day.slowest is None else [((), _seconds(day.slowest))]
    yield _gauge(
        "yesterday_slowest_seconds",
        f"{told}from due to sent at most, as in delivery_due_to_sent_seconds.",
        slowest,
    )


def _periodic_tasks(now: datetime) -> Iterator[GaugeMetricFamily]:
    states = states_of_tasks(now)
    ended = [((state.task,), _seconds(now - state.finished_at)) for state in states if state.finished_at]
    yield _gauge("task_ended_seconds", "Since a periodic task last ended well; absent before.", ended, ("task",))
    overdue = [((state.task,), state.is_overdue) for state in states]
    yield _gauge("task_overdue", "1 when it has not ended well for three intervals.", overdue, ("task",))
    failing = [((state.task,), bool(state.error)) for state in states]
    yield _gauge("task_failing", "1 when its last run raised an error.", failing, ("task",))
    counts = [((state.task,), state.count) for state in states if state.count is not None]
    yield _gauge("task_count", "What its last good run found to do.", counts, ("task",))


def _receipts(now: datetime) -> Iterator[GaugeMetricFamily]:
    count, oldest = Receipt.objects.count_waiting(now)
    yield _gauge("receipts_waiting", "Receipts that came in whole and are not looked through.", [((), count)])
    waited = now - oldest if oldest else timedelta(0)
    yield _gauge(
        "receipts_oldest_waiting_seconds", "For how long the oldest of those has.", [((), _seconds(waited))]
    )


def _seconds(span: timedelta) -> float:
    """Return seconds, never less than none: clocks of two machines differ."""
    return max(span.total_seconds(), 0.0)


def _code(error_code: str) -> str:
    """Return an error code, or `other` for what is none: nothing else may become a label."""
    return error_code if re.fullmatch(r"\w{0,50}", error_code, re.ASCII) else "other"
