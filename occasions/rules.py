"""When an occasion may be planned, changed and settled. Pure: every rule is told the time."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from datetime import time as wall_time
from decimal import Decimal
from zoneinfo import ZoneInfo

from assignments.quota import plain_number
from assignments.rules import HALF
from core.actions import Allowed
from core.errors import DomainError, InvalidInput
from core.periods import local_date
from core.text import Text

LONGEST = timedelta(days=14)
FARTHEST_AHEAD = timedelta(days=365)
LONGEST_AGO = timedelta(days=90)
EVENING = wall_time(19)
ONE = Decimal(1)
BEEN = frozenset({"completed", "no_show"})

# action → status it starts from → status it leads to
TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    "edit": {"planned": "planned", "completed": "completed"},
    "complete": {"planned": "completed"},
    "cancel": {"planned": "cancelled"},
    "no_show": {"planned": "no_show"},
}


class EndBeforeStart(InvalidInput):
    """An occasion must last."""

    code = "end_before_start"
    text = Text(sv="Tillfället måste sluta efter att det börjat.", en="The occasion must end after it starts.")


class TooLong(InvalidInput):
    """Nobody is out for more than two weeks."""

    code = "too_long"
    text = Text(sv="Ett tillfälle kan vara högst 14 dygn.", en="An occasion lasts at most 14 days.")


class TooFarAhead(DomainError):
    """Planning ends a year from now."""

    code = "too_far_ahead"
    text = Text(sv="Det går att planera högst ett år framåt.", en="Plan at most a year ahead.")


class TooLongAgo(DomainError):
    """Logging afterwards ends after 90 days."""

    code = "too_long_ago"
    text = Text(
        sv="Det går att fylla i efteråt i högst 90 dagar. Tala med din samordnare.",
        en="An occasion can be logged for 90 days afterwards. Talk to your coordinator.",
    )


class OutsideAssignment(DomainError):
    """The occasion starts on a day on which the assignment or its decision is not in force."""

    code = "outside_assignment"
    text = Text(
        sv="Uppdraget och beslutet gäller inte den dagen.",
        en="The assignment and its decision are not in force on that day.",
    )


class NotYetHeld(DomainError):
    """What is to come has neither been held nor missed."""

    code = "not_yet_held"
    text = Text(
        sv="Tillfället ligger på en senare dag. Ändra tiden om det redan varit.",
        en="The occasion is on a later day. Change its times if it has already been.",
    )


class WrongStatus(DomainError):
    """The state that the occasion is in does not allow it."""

    code = "occasion_closed"
    text = Text(
        sv="Tillfället är redan avslutat och kan inte ändras så.",
        en="The occasion is already settled and can't be changed so.",
    )


class UnitsNotWhole(InvalidInput):
    """A contact person's units are whole and at least one."""

    code = "units_not_whole"
    text = Text(sv="Ange ett helt antal, minst 1.", en="Give a whole number, at least 1.")


class UnitsNotHalf(InvalidInput):
    """A contact family's units are days in halves."""

    code = "units_not_half"
    text = Text(sv="Ange dygn i halva steg, minst 0,5.", en="Give days in halves, at least 0.5.")


class UnitsAboveTable(DomainError):
    """More than the table gives has to be asked for."""

    code = "units_above_table"
    text = Text(
        sv="Ett så långt tillfälle räknas som {units}. Tala med din samordnare om det ska räknas som fler.",
        en="An occasion of this length counts as {units}. Talk to your coordinator if it should count more.",
    )


class QuotaExceeded(DomainError):
    """The decision has not so many units left."""

    code = "quota_exceeded"
    text = Text(
        sv="Det finns {remaining} kvar i {month} och tillfället räknas som {units}.",
        en="{remaining} left in {month}, and the occasion counts as {units}.",
    )


def check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Refuse times (in UTC) that can't be meant or lie too far off.

    Raise EndBeforeStart, TooLong, TooFarAhead or TooLongAgo. Source: api.md (90 days afterwards).
    """
    if ends_at <= starts_at:
        raise EndBeforeStart(field="ends_at")
    if ends_at - starts_at > LONGEST:
        raise TooLong(field="ends_at")
    if starts_at - now > FARTHEST_AHEAD:
        raise TooFarAhead(field="starts_at")
    if now - starts_at > LONGEST_AGO:
        raise TooLongAgo(field="starts_at")


def check_end(ends_at: datetime, *, now: datetime, zone: ZoneInfo) -> None:
    """Raise NotYetHeld when what has been would end later than tomorrow."""
    if local_date(ends_at, zone) > local_date(now, zone) + timedelta(days=1):
        raise NotYetHeld(field="ends_at")


def check_days(starts_on: date, *ranges: tuple[date, date | None]) -> None:
    """Raise OutsideAssignment unless the local start date lies in every range, both ends included."""
    for first_day, last_day in ranges:
        if starts_on < first_day or (last_day is not None and starts_on > last_day):
            raise OutsideAssignment(field="starts_at")


def check_units(asked: Decimal, *, most: Decimal, halves: bool) -> None:
    """Refuse units that an occasion can't count as: `most` is what the table, or itself until now, gives.

    `halves` is for contact families. Raise UnitsNotWhole, UnitsNotHalf or UnitsAboveTable.
    """
    step = HALF if halves else ONE
    if asked < step or asked % step:
        raise (UnitsNotHalf if halves else UnitsNotWhole)(field="units")
    if asked > most:
        raise UnitsAboveTable(field="units", units=plain_number(most))


def reweigh(units: Decimal, *, before: Decimal, after: Decimal) -> Decimal:
    """Return what an occasion of `units` counts as when its weight goes from `before` to `after`.

    One that counted as it weighed goes on so. One that was asked to count as less is not made more.
    """
    return after if units == before else min(units, after)


def is_held(ends_at: datetime, now: datetime) -> bool:
    """Tell whether an occasion that is entered now has already been: then it is logged, not planned."""
    return ends_at <= now


def standing(status: str, *, settled: bool) -> str:
    """Return the status that settling starts from.

    An occasion that was over when it was entered is logged as completed; what a phone that was offline says
    of it afterwards is what happened, once.
    """
    return "planned" if status == "completed" and not settled else status


def check_action(action: str, *, status: str, starts_at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return the status that an action leads to. Raise WrongStatus or NotYetHeld.

    An occasion can be settled from its own day on, so that nobody is refused at the door. `starts_at` is
    when it will start with the action done: what was held can't be moved to a later day either.
    """
    if status not in TRANSITIONS[action]:
        raise WrongStatus
    after = TRANSITIONS[action][status]
    if after in BEEN and local_date(starts_at, zone) > local_date(now, zone):
        raise NotYetHeld(field="starts_at")
    return after


def allowed_actions(
    *, status: str, settled: bool, starts_at: datetime, now: datetime, zone: ZoneInfo, obstacle: str | None
) -> list[Allowed]:
    """List every action and whether it would work, so that the app never guesses.

    `obstacle` is the problem code that whoever asks meets, whatever the occasion's state.
    """
    found = []
    for action in TRANSITIONS:
        code = obstacle
        try:
            start = status if action == "edit" else standing(status, settled=settled)
            check_action(action, status=start, starts_at=starts_at, now=now, zone=zone)
        except DomainError as error:
            code = code or error.code
        found.append(Allowed(action, code is None, code))
    return found
