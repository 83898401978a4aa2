"""On which days the people of the demo meet, whatever day it is started on. Pure."""

from datetime import date, timedelta

from core.periods import DAY, Period, PeriodKind

THURSDAY, FRIDAY = 3, 4


def neighbour(today: date, kind: PeriodKind, steps: int, *, anchor: date) -> Period:
    """Return the period so many steps after the one that it is now; before it when negative."""
    period = Period.around(today, kind, anchor=anchor)
    for _ in range(abs(steps)):
        edge = period.last_day + DAY if steps > 0 else period.first_day - DAY
        period = Period.around(edge, kind, anchor=anchor)
    return period


def evenly(period: Period, count: int) -> list[date]:
    """Return so many days, evenly over a period and away from its edges."""
    return [period.first_day + timedelta(days=(2 * n + 1) * period.days // (2 * count)) for n in range(count)]


def around_today(period: Period, count: int, today: date) -> list[date]:
    """Return so many days over a period, as they look to somebody who opens the app today.

    None is today, one is yesterday and one to come, as far as these lie in the period.
    """
    chosen = set(evenly(period, count))
    yesterday, tomorrow = today - DAY, today + DAY
    if yesterday in period and yesterday not in chosen:
        before = [day for day in chosen if day < today]
        chosen.remove(max(before) if before else min(chosen))
        chosen.add(yesterday)
    if today in chosen:
        chosen.remove(today)
        free = [day for day in _days(period) if day != today and day not in chosen]
        chosen.add(min(free, key=lambda day: (day < today, abs(day - today))))
    if tomorrow in period and max(chosen) < today:
        chosen.remove(max(day for day in chosen if day != yesterday))
        chosen.add(tomorrow)
    return sorted(chosen)


def on_workdays(days: list[date]) -> list[date]:
    """Move days between Friday and Sunday to the Thursday before: somebody has guests on weekends."""
    return [day - timedelta(days=max(day.weekday() - THURSDAY, 0)) for day in days]


def a_friday(month: Period) -> date:
    """Return the Friday between the 8th and the 14th of a month."""
    eighth = month.first_day + timedelta(days=7)
    return eighth + timedelta(days=(FRIDAY - eighth.weekday()) % 7)


def _days(period: Period) -> list[date]:
    return [period.first_day + timedelta(days=n) for n in range(period.days)]
