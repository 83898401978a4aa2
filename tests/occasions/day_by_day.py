"""Rules of recurrence as a person with a calendar would follow them: day by day, without a library."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hypothesis import strategies as st

from occasions.rule_text import WEEKDAYS

DAY = timedelta(days=1)
Numbers = tuple[int, ...]


@dataclass(frozen=True)
class Rule:
    """What a rule says, but for its end. `weekdays` are ordinal (0 is every) and weekday (0 is Monday)."""

    frequency: str
    interval: int = 1
    weekdays: tuple[tuple[int, int], ...] = ()
    month_days: Numbers = ()
    positions: Numbers = ()
    week_start: int = 0

    def parts(self) -> list[str]:
        """Write it out, with nothing left out that may be said."""
        said = {
            "FREQ": self.frequency,
            "INTERVAL": str(self.interval),
            "WKST": WEEKDAYS[self.week_start],
            "BYDAY": ",".join(f"{nth or ''}{WEEKDAYS[day]}" for nth, day in self.weekdays),
            "BYMONTHDAY": ",".join(map(str, self.month_days)),
            "BYSETPOS": ",".join(map(str, self.positions)),
        }
        return [f"{name}={value}" for name, value in said.items() if value]

    def days(self, first: date, last: date) -> list[date]:
        """List its days, the last one included."""
        days = (first + DAY * number for number in range((last - first).days + 1))
        return [day for day in days if self._counts(day, first) and self.fits(day, first)]

    def fits(self, day: date, first: date) -> bool:
        """Tell whether a day has the weekday, or the place in its month, that is asked for."""
        if self.positions:
            return self._has_weekday(day) and bool({*self._places(day)} & {*self.positions})
        if self.weekdays:
            return self._has_weekday(day)
        if self.frequency == "MONTHLY":
            return bool({*_from_both_ends(day.day, _length(day))} & {*(self.month_days or [first.day])})
        return self.frequency == "DAILY" or day.weekday() == first.weekday()

    def _has_weekday(self, day: date) -> bool:
        after = (_length(day) - day.day) // 7
        nth = (day.day - 1) // 7 + 1
        return any((ordinal, day.weekday()) in self.weekdays for ordinal in (0, nth, -after - 1))

    def _places(self, day: date) -> Numbers:
        """Tell where the day stands among those of its month that have the weekday."""
        others = [n for n in range(1, _length(day) + 1) if self._has_weekday(day.replace(day=n))]
        return _from_both_ends(others.index(day.day) + 1, len(others))

    def _counts(self, day: date, first: date) -> bool:
        if self.frequency == "DAILY":
            apart = (day - first).days
        elif self.frequency == "WEEKLY":
            apart = (self._week(day) - self._week(first)).days // 7
        else:
            apart = (day.year - first.year) * 12 + day.month - first.month
        return apart % self.interval == 0

    def _week(self, day: date) -> date:
        return day - DAY * ((day.weekday() - self.week_start) % 7)


def _length(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _from_both_ends(place: int, length: int) -> Numbers:
    return place, place - length - 1


WEEKDAY = st.integers(0, 6)
ORDINAL = st.sampled_from([*range(-5, 0), *range(1, 6)])
EVERY = st.lists(WEEKDAY.map(lambda day: (0, day)), min_size=1, max_size=7, unique=True).map(tuple)
NTH = st.lists(st.tuples(ORDINAL, WEEKDAY), min_size=1, max_size=3, unique=True).map(tuple)
MONTH_DAY = st.integers(1, 31).flatmap(lambda day: st.sampled_from([day, -day]))


def _some(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[Numbers]:
    return st.lists(numbers, min_size=1, max_size=3, unique=True).map(tuple)


BY_WEEK = st.builds(
    Rule,
    st.sampled_from(["DAILY", "WEEKLY"]),
    interval=st.integers(1, 4) | st.integers(1, 52),
    weekdays=st.just(()) | EVERY,
    week_start=WEEKDAY,
)
MONTHLY = st.one_of(
    st.fixed_dictionaries({}),
    st.fixed_dictionaries({"month_days": _some(MONTH_DAY)}),
    st.fixed_dictionaries({"weekdays": EVERY | NTH}),
    st.fixed_dictionaries({"weekdays": EVERY, "positions": _some(ORDINAL)}),
)
BY_MONTH = st.builds(lambda interval, said: Rule("MONTHLY", interval, **said), st.integers(1, 12), MONTHLY)
RULES = BY_WEEK | BY_MONTH
STARTS = st.builds(
    datetime.combine,
    st.dates(date(2026, 1, 1), date(2030, 12, 31)),
    st.sampled_from([time(0), time(2, 30), time(15), time(23, 59, 59)]) | st.times(),
)


@st.composite
def started(draw: st.DrawFn) -> tuple[Rule, datetime]:
    """Draw a rule, and a first start on one of its days."""
    rule, start = draw(RULES), draw(STARTS)
    while not rule.fits(start.date(), start.date()):
        start += DAY
    return rule, start
