"""How pushes fare, asked of the database: what waits, how long sending takes, and day by day due against sent.

Settled deliveries are found by when they were told, the only time of theirs that never changes.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db.models import Aggregate, Count, DurationField, F, Max, Min, Q
from django.db.models.functions import Coalesce, TruncDate

from core.periods import DAY, local_date, local_moment
from notifications.models import Delivery

HOUR = timedelta(hours=1)
SHARES = (0.5, 0.95, 0.99, 1.0)
UNSETTLED = Q(status__in=Delivery.WAITING) | Q(status=Delivery.Status.SENDING)
DUE_AT = Coalesce("due_at", "created_at")  # which no retry and no brake moves, and quiet hours do
DUE_TO_SENT = F("sent_at") - DUE_AT


class Percentiles(Aggregate):
    """The values below which the SHARES of all are."""

    function = "PERCENTILE_DISC"
    template = "%(function)s(ARRAY[{}]) WITHIN GROUP (ORDER BY %(expressions)s)".format(
        ",".join(str(share) for share in SHARES)
    )
    output_field = ArrayField(DurationField())


@dataclass(frozen=True, kw_only=True)
class Group:
    """Deliveries of one state and error: how many there are, and how many of them should have been sent by now.

    `oldest_due_at` is when the first of those was due, whenever it is tried next.
    """

    status: str
    error_code: str
    count: int
    due: int
    oldest_due_at: datetime | None


@dataclass(kw_only=True)
class DayFigures:
    """What became of the deliveries that were told on one day; those that failed are counted by error code."""

    day: date
    due: int = 0
    sent: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    slowest: timedelta | None = None

    def add(self, *, status: str, error_code: str, count: int, slowest: timedelta | None) -> None:
        """Add so many deliveries of a state; `slowest` is what the slowest of those that were sent took."""
        self.due += count
        if status == Delivery.Status.FAILED:
            self.failed[error_code] += count
        elif slowest is not None:
            self.sent += count
            self.slowest = max(slowest, self.slowest or slowest)
        else:
            self.waiting += count


def count_deliveries(now: datetime) -> list[Group]:
    """Count what is not settled, and what is of those that were told within a day, by state and error."""
    is_due = UNSETTLED & Q(first_due_at__lte=now)
    rows = (
        Delivery.objects.filter(UNSETTLED | Q(created_at__gt=now - DAY))
        .alias(first_due_at=DUE_AT)
        .values("status", "error_code")
        .annotate(
            count=Count("pk"),
            due=Count("pk", filter=is_due),
            oldest_due_at=Min("first_due_at", filter=is_due),
        )
        .order_by("status", "error_code")
    )
    return [Group(**row) for row in rows]


def time_sending(now: datetime) -> dict[float, timedelta]:
    """Return how long the share of deliveries took at most, from due to sent: of the last hour, told within a day.

    Nothing when none was sent.
    """
    sent = Delivery.objects.filter(
        created_at__gt=now - DAY, status=Delivery.Status.SENT, sent_at__gt=now - HOUR, sent_at__lte=now
    )
    found = sent.aggregate(times=Percentiles(DUE_TO_SENT))["times"]
    return dict(zip(SHARES, found or (), strict=False))


def figures_by_day(*, first_day: date, last_day: date) -> list[DayFigures]:
    """Return the figures of each day, both ends included. A day is one of the server's, TIME_ZONE."""
    zone = ZoneInfo(settings.TIME_ZONE)
    start, end = (local_moment(on, time.min, zone) for on in (first_day, last_day + DAY))
    rows = (
        Delivery.objects.filter(created_at__gte=start, created_at__lt=end)
        .values("status", "error_code", day=TruncDate("created_at", tzinfo=zone))
        .annotate(count=Count("pk"), slowest=Max(DUE_TO_SENT, filter=Q(status=Delivery.Status.SENT)))
        .order_by()
        .values_list("day", "status", "error_code", "count", "slowest")
    )
    days = [first_day + number * DAY for number in range((last_day - first_day).days + 1)]
    figures = {day: DayFigures(day=day) for day in days}
    for day, status, error_code, count, slowest in rows:
        figures[day].add(status=status, error_code=error_code, count=count, slowest=slowest)
    return list(figures.values())


def figures_of_yesterday(now: datetime) -> DayFigures:
    """Return the figures of the server's last whole day."""
    yesterday = local_date(now, ZoneInfo(settings.TIME_ZONE)) - DAY
    [figures] = figures_by_day(first_day=yesterday, last_day=yesterday)
    return figures
