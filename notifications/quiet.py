"""When somebody wants no phone to make itself heard. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.periods import local_date, local_moment


@dataclass(frozen=True)
class QuietHours:
    """From one time of the clock on the wall to another, over midnight or not, wherever that clock hangs."""

    start: time
    end: time
    zone: ZoneInfo

    def over(self, now: datetime) -> datetime:
        """Return the first moment, from `now` on, at which nobody is disturbed (UTC)."""
        today = local_date(now, self.zone)
        for day in (today - timedelta(days=1), today):
            last = day if self.start < self.end else day + timedelta(days=1)
            start, end = local_moment(day, self.start, self.zone), local_moment(last, self.end, self.zone)
            if start <= now < end:
                return end
        return now


def parse_hours(text: str) -> tuple[time, time] | None:
    """Read `22:00-07:00`; `off` is None. Raise ValueError for anything else."""
    if text == "off":
        return None
    start, end = (time.fromisoformat(part) for part in text.split("-"))
    if start == end or start.tzinfo or end.tzinfo:
        raise ValueError("quiet hours begin and end at different times")
    return start, end
