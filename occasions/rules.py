"""When an occasion may be planned, changed and settled. Pure: every rule is told the time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as wall_time
from zoneinfo import ZoneInfo

from core.actions import Allowed
from core.errors import DomainError, InvalidInput
from core.periods import local_date
from core.text import Text

LONGEST = timedelta(days=14)
FARTHEST_AHEAD = timedelta(days=365)
LONGEST_AGO = timedelta(days=90)
EVENING = wall_time(19)
BEEN = frozenset({"completed", "no_show"})
# While these last, their contact person can be nowhere else.
TAKES_TIME = frozenset({"planned", "completed"})

# answer → what asking starts from → what it leads to
ANSWERS: Mapping[str, Mapping[str, str]] = {
    "approve": {"waiting": "approved"},
    "decline": {"waiting": "declined"},
}
# action → status it starts from → status it leads to
TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    "edit": {"planned": "planned", "completed": "completed"},
    "complete": {"planned": "completed"},
    "cancel": {"planned": "cancelled"},
    "no_show": {"planned": "no_show"},
    "restore": {"cancelled": "planned"},
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


class Overlapping(DomainError):
    """Nobody is at two occasions at once, unless one outing is both."""

    code = "overlapping"
    text = Text(
        sv="Du har redan ett tillfälle den tiden.",
        en="You have another occasion at that time already.",
    )


class NotSkipped(DomainError):
    """Only what was skipped for another occasion comes back."""

    code = "not_skipped"
    text = Text(
        sv="Bara ett överhoppat tillfälle kan tas tillbaka.", en="Only a skipped occasion can be taken back."
    )


class NothingAsked(DomainError):
    """Nobody waits for an answer."""

    code = "nothing_asked"
    text = Text(sv="Tillfället väntar inte på något svar.", en="The occasion does not wait for an answer.")


class UnknownOccasion(InvalidInput):
    """There is no such occasion, or it can't be used so."""

    code = "unknown_occasion"
    text = Text(sv="Tillfället finns inte i uppdraget.", en="There is no such occasion in the assignment.")


def check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Refuse times (in UTC) that can't be meant or lie too far off.

    Raise EndBeforeStart, TooLong, TooFarAhead or TooLongAgo. Source: api.md (90 days afterwards).
    """
    if ends_at <= starts_at:
        raise EndBeforeStart(field="ends_at")
    if ends_at - starts_at > LONGEST:
        raise TooLong(field="ends_at")
    check_start(starts_at, now)


def check_start(starts_at: datetime, now: datetime) -> None:
    """Raise TooFarAhead or TooLongAgo. Source: api.md (90 days afterwards)."""
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


def is_held(ends_at: datetime, now: datetime) -> bool:
    """Tell whether an occasion that is entered now has already been: then it is logged, not planned."""
    return ends_at <= now


def standing(status: str, *, settled: bool) -> str:
    """Return the status that settling starts from.

    An occasion that was over when it was entered is logged as completed; what a phone that was offline says
    of it afterwards is what happened, once.
    """
    return "planned" if status == "completed" and not settled else status


def is_ahead(starts_at: datetime, *, now: datetime, zone: ZoneInfo) -> bool:
    """Tell whether an occasion starts on a later day than today."""
    return starts_at > now and local_date(starts_at, zone) > local_date(now, zone)


def check_action(
    action: str, *, status: str, starts_at: datetime, now: datetime, zone: ZoneInfo, skipped: bool = False
) -> str:
    """Return the status that an action leads to. Raise WrongStatus, NotSkipped or NotYetHeld.

    An occasion can be settled from its own day on, so that nobody is refused at the door. `starts_at` is
    when it will start with the action done: what was held can't be moved to a later day either.
    """
    return _follow(action, status, ahead=is_ahead(starts_at, now=now, zone=zone), skipped=skipped)


def _follow(action: str, status: str, *, ahead: bool, skipped: bool) -> str:
    if status not in TRANSITIONS[action]:
        raise WrongStatus
    if action == "restore" and not skipped:
        raise NotSkipped
    after = TRANSITIONS[action][status]
    if after in BEEN and ahead:
        raise NotYetHeld(field="starts_at")
    return after


@dataclass(frozen=True)
class Obstacles:
    """The problem codes that a person meets whatever the occasion's state, None where nothing is in the way.

    `plan` is about all that its contact person does, `answer` about what coordinators do.
    """

    plan: str | None = None
    answer: str | None = None


def allowed_actions(
    *, status: str, settled: bool, skipped: bool, asked: str, ahead: bool, obstacles: Obstacles
) -> list[Allowed]:
    """List every action and whether it would work, so that the app never guesses.

    `ahead` is whether it starts on a later day than today.
    """
    found = []
    for action in TRANSITIONS:
        code = obstacles.plan
        try:
            start = standing(status, settled=settled) if action in ("complete", "cancel", "no_show") else status
            _follow(action, start, ahead=ahead, skipped=skipped)
        except DomainError as error:
            code = code or error.code
        found.append(Allowed(action, code is None, code))
    for action, starts in ANSWERS.items():
        code = obstacles.answer or (None if asked in starts else NothingAsked.code)
        found.append(Allowed(action, code is None, code))
    return found
