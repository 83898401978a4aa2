"""`manage.py push_figures --days 7`: of the pushes that were due each day, how many were sent?"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from core.periods import DAY
from notifications.figures import DayFigures, figures_by_day

COLUMNS = ("day", "due", "sent", "failed", "waiting", "slowest_seconds", "failed_by_error_code")
ROW = "{day:<10} {due:>8} {sent:>8} {failed:>8} {waiting:>8} {slowest_seconds:>15}  {failed_by_error_code}"


class Command(BaseCommand):
    """Compare due with sent, day by day."""

    help = (
        "Show for each of the last days (in TIME_ZONE, today included) what became of the deliveries told on it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how many days, today included."""
        parser.add_argument("--days", type=int, choices=range(1, 367), default=7, metavar="1-366")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write a table, and the same as one line of JSON."""
        today = timezone.localdate()
        rows = [_row(day) for day in figures_by_day(first_day=today - (options["days"] - 1) * DAY, last_day=today)]
        self.stdout.write(ROW.format(**dict(zip(COLUMNS, COLUMNS, strict=True))))
        for row in rows:
            codes = " ".join(f"{code}={number}" for code, number in row["failed_by_error_code"].items())
            slowest = "-" if row["slowest_seconds"] is None else row["slowest_seconds"]
            self.stdout.write(
                ROW.format(**row | {"slowest_seconds": slowest, "failed_by_error_code": codes}).rstrip()
            )
        self.stdout.write(json.dumps({"time_zone": timezone.get_default_timezone_name(), "days": rows}))


def _row(figures: DayFigures) -> dict[str, Any]:
    return {
        "day": str(figures.day),
        "due": figures.due,
        "sent": figures.sent,
        "failed": figures.failed.total(),
        "waiting": figures.waiting,
        "slowest_seconds": None if figures.slowest is None else round(figures.slowest.total_seconds(), 3),
        "failed_by_error_code": dict(sorted(figures.failed.items())),
    }
