"""When the occasions of a series are: RFC 5545's rules of recurrence, in local wall-clock time. Pure.

A rule says on which days; the time on the wall stays that of the first occasion, across summer time. The
library says which days those are. It would look until the year 9999 for a day that never comes, so it is only
asked for rules that begin on their first day, and no further than LATEST.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from core.periods import local_date, local_moment
from core.text import Text
from occasions.rule_text import WEEKDAYS, RuleError, RuleMalformed, parts_of, read, write

MOST_OCCURRENCES = 200
LATEST = timedelta(days=365)
DAY = timedelta(days=1)


class RuleTooMany(RuleError):
    """Nobody plans that many at once."""

    code = "rule_too_many"
    text = Text(
        sv=f"Det blir fler än {MOST_OCCURRENCES} tillfällen. Låt upprepningen sluta tidigare.",
        en=f"That makes more than {MOST_OCCURRENCES} occasions. Let the repetition end earlier.",
    )


class RuleTooLong(RuleError):
    """Nobody plans that far ahead."""

    code = "rule_too_long"
    text = Text(sv="En upprepning kan vara högst ett år lång.", en="A repetition lasts a year at most.")


class RuleMissesStart(RuleError):
    """The first occasion is not the first that the rule gives."""

    code = "rule_misses_start"
    text = Text(
        sv="Upprepningen stämmer inte med det första tillfällets dag.",
        en="The repetition does not fit the day of the first occasion.",
    )


@dataclass(frozen=True)
class Recurrence:
    """A rule that `parse_rule` has taken, in its one spelling, and when the first occasion starts (local)."""

    rule: str
    first: datetime


@dataclass(frozen=True)
class Occurrence:
    """One occasion of a series: its local start as the rule says, which names it, and the moment (UTC)."""

    original: datetime
    starts_at: datetime


def parse_rule(text: str, *, first: datetime, zone: ZoneInfo) -> Recurrence:
    """Read an RRULE for a series whose first occasion starts at `first` (naive, local).

    What it leaves to the first day is filled in, what says nothing is left out, and UNTIL becomes the last local
    day. Raise a RuleError. `first` has been judged before: it exists and is near enough to be planned.
    """
    parts, first = read(text), first.replace(fold=0)
    if int(parts.get("COUNT", 1)) > MOST_OCCURRENCES:
        raise RuleTooMany
    if "UNTIL" in parts:
        last_day = _last_day(parts["UNTIL"], first, zone)
        if last_day - first.date() > LATEST:
            raise RuleTooLong
        parts["UNTIL"] = _compact(last_day)
    recurrence = Recurrence(write(parts, first.date()), first)
    # When every day, week or month counts, the next match is near, whatever the rule; else there may be none.
    nearest = next(_days(re.sub("INTERVAL=[0-9]+", "INTERVAL=1", recurrence.rule), first.date()), None)
    if nearest != first.date():
        raise RuleMissesStart
    _starts(recurrence)
    return recurrence


def occurrences(recurrence: Recurrence, zone: ZoneInfo) -> tuple[Occurrence, ...]:
    """List the occasions of a series in their order.

    A time that the clocks skip is taken with the offset before, so that 02:30 becomes 03:30; one that comes
    twice is the first of the two. Source: RFC 5545, 3.3.5.
    """
    return tuple(
        Occurrence(start, local_moment(start.date(), start.time(), zone)) for start in _starts(recurrence)
    )


def rest_from(recurrence: Recurrence, original: datetime, *, last_day: date = date.max) -> Recurrence:
    """Begin a rule at one of its occurrences, with as many as there are until a last day.

    Raise ValueError when it is none of them.
    """
    starts, parts = _starts(recurrence), parts_of(recurrence.rule)
    rest = [one for one in starts[starts.index(original) :] if one.date() <= last_day]
    parts.pop("UNTIL", None)
    return Recurrence(write(parts | {"COUNT": str(len(rest))}, original.date()), rest[0])


def on_another_day(recurrence: Recurrence, day: date) -> str:
    """Return the rule for a first occurrence on another day: what only says the first day says that one."""
    parts, first_day = parts_of(recurrence.rule), recurrence.first.date()
    for name, said in (("BYDAY", WEEKDAYS[first_day.weekday()]), ("BYMONTHDAY", str(first_day.day))):
        if parts.get(name) == said:
            del parts[name]
    return write(parts, day)


def _starts(recurrence: Recurrence) -> tuple[datetime, ...]:
    """Expand a rule. Raise RuleTooMany or RuleTooLong rather than go on."""
    first, found = recurrence.first, list[datetime]()
    for day in _days(recurrence.rule, first.date()):
        if day - first.date() > LATEST:
            raise RuleTooLong
        if len(found) == MOST_OCCURRENCES:
            raise RuleTooMany
        found.append(datetime.combine(day, first.time()))
    return tuple(found)


def _days(rule: str, first_day: date) -> Iterator[date]:
    """Ask the library, at midnight: so the day of UNTIL counts, and no fraction of a second is lost."""
    return (found.date() for found in rrulestr(rule, dtstart=datetime.combine(first_day, time.min)))


def _last_day(until: str, first: datetime, zone: ZoneInfo) -> date:
    """Return the last local date on which an occurrence may start. Raise RuleMalformed."""
    try:
        end = datetime.fromisoformat(until)
    except ValueError:
        raise RuleMalformed from None
    if "T" not in until or end.date() - first.date() > LATEST + DAY:
        return end.date()  # so late that it is too late in every zone, and may have no date in this one
    if end.tzinfo is None:
        return end.date() if first.time() <= end.time() else end.date() - DAY
    day = local_date(end, zone)
    return day if local_moment(day, first.time(), zone) <= end else day - DAY


def _compact(day: date) -> str:
    return day.isoformat().replace("-", "")
