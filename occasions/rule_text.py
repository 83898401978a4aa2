"""How a rule of recurrence is written: the part of RFC 5545's RRULE that is taken, and its one spelling. Pure."""

import re
from collections.abc import Mapping
from datetime import date

from core.errors import InvalidInput
from core.text import Text

LONGEST_RULE = 300
LONGEST_INTERVALS: Mapping[str, int] = {"DAILY": 52, "WEEKLY": 52, "MONTHLY": 12}
ORDINALS = frozenset(range(-5, 6))
DAYS_OF_MONTH = frozenset(range(-31, 32))
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

NUMBER = "0*[1-9][0-9]*"
NUMBERS = f"[+-]?{NUMBER}(?:,[+-]?{NUMBER})*"
WEEKDAY = f"(?:{'|'.join(WEEKDAYS)})"
DAY = f"(?:[+-]?{NUMBER})?{WEEKDAY}"
PART = "[A-Z]+=[A-Z0-9,+-]+"
RULE = re.compile(f"(?:RRULE:)?{PART}(?:;{PART})*", re.ASCII | re.IGNORECASE)
# The parts that are taken, in the order in which they are written, and what they look like.
SHAPES: Mapping[str, str] = {
    "FREQ": "SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": NUMBER,
    "COUNT": NUMBER,
    "UNTIL": "[1-9][0-9]{7}(?:T[0-9]{6}Z?)?",
    "BYDAY": f"{DAY}(?:,{DAY})*",
    "BYMONTHDAY": NUMBERS,
    "BYSETPOS": NUMBERS,
    "WKST": WEEKDAY,
}
NOT_TAKEN = frozenset(
    {"BYSECOND", "BYMINUTE", "BYHOUR", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYEASTER", "RSCALE", "SKIP"}
)


class RuleError(InvalidInput):
    """A rule of recurrence can't be used."""

    def __init__(self, **values: object) -> None:
        super().__init__(field="rule", **values)


class RuleMalformed(RuleError):
    """It is no rule, or contradicts itself."""

    code = "rule_malformed"
    text = Text(sv="Upprepningen går inte att läsa.", en="The repetition can't be read.")


class RuleUnsupported(RuleError):
    """It is a rule, with something in it that is not taken."""

    code = "rule_unsupported"
    text = Text(
        sv="Tillfällen kan inte upprepas så här: {part}.", en="Occasions can't be repeated like this: {part}."
    )


class RuleEndless(RuleError):
    """A series must end."""

    code = "rule_endless"
    text = Text(
        sv="Ange när upprepningen slutar: en sista dag eller ett antal tillfällen.",
        en="Say when the repetition ends: a last day or a number of occasions.",
    )


def parts_of(rule: str) -> dict[str, str]:
    """Take a rule apart that is known to be one."""
    return {name: value for name, _, value in (part.partition("=") for part in rule.split(";"))}


def read(text: str) -> dict[str, str]:
    """Take apart what somebody wrote. Raise RuleMalformed, RuleUnsupported or RuleEndless."""
    if len(text) > LONGEST_RULE or not RULE.fullmatch(text):
        raise RuleMalformed
    rule = text.upper().removeprefix("RRULE:")
    parts = parts_of(rule)
    if len(parts) < rule.count("=") or "FREQ" not in parts or {"COUNT", "UNTIL"} <= parts.keys():
        raise RuleMalformed
    for name, value in parts.items():
        if name in NOT_TAKEN:
            raise RuleUnsupported(part=f"{name}={value}")
        if name not in SHAPES or not re.fullmatch(SHAPES[name], value):
            raise RuleMalformed
    _check_together(parts)
    if not {"COUNT", "UNTIL"} & parts.keys():
        raise RuleEndless
    return parts


def write(parts: Mapping[str, str], first_day: date) -> str:
    """Write a rule in its one spelling: what the first day says is filled in, what says nothing left out."""
    frequency, interval = parts["FREQ"], max(_numbers(parts, "INTERVAL"), default=1)
    written = dict(parts) | {
        name: ",".join(map(str, sorted(_numbers(parts, name))))
        for name in ("INTERVAL", "COUNT", "BYMONTHDAY", "BYSETPOS")
        if name in parts
    }
    if "BYDAY" in parts:
        written["BYDAY"] = ",".join(f"{nth or ''}{WEEKDAYS[day]}" for nth, day in sorted(_weekdays(parts)))
    elif frequency == "WEEKLY":
        written["BYDAY"] = WEEKDAYS[first_day.weekday()]
    elif frequency == "MONTHLY":
        written.setdefault("BYMONTHDAY", str(first_day.day))
    if interval == 1:
        written.pop("INTERVAL", None)
    # Where a week begins matters only when some are passed over, between days of the same week.
    if frequency != "WEEKLY" or interval == 1 or "," not in written["BYDAY"] or parts.get("WKST") == "MO":
        written.pop("WKST", None)
    return ";".join(f"{name}={written[name]}" for name in SHAPES if name in written)


def _check_together(parts: Mapping[str, str]) -> None:
    """Raise RuleUnsupported for values, and parts together, that are not taken."""
    frequency, monthly = parts["FREQ"], parts["FREQ"] == "MONTHLY"
    in_month, positions = _numbers(parts, "BYMONTHDAY"), _numbers(parts, "BYSETPOS")
    ordinals = {ordinal for ordinal, _ in _weekdays(parts)}
    refused = {
        "FREQ": frequency not in LONGEST_INTERVALS,
        "INTERVAL": max(_numbers(parts, "INTERVAL"), default=1) > LONGEST_INTERVALS.get(frequency, 1),
        # Days with and without an ordinal: RFC 5545 means those that are either, the library those that are both.
        "BYDAY": ordinals > {0} or not ordinals <= (ORDINALS if monthly else {0}),
        "BYMONTHDAY": in_month and (not monthly or ordinals or not in_month <= DAYS_OF_MONTH),
        "BYSETPOS": positions and (not monthly or ordinals != {0} or not positions <= ORDINALS),
    }
    for name, is_refused in refused.items():
        if is_refused:
            raise RuleUnsupported(part=f"{name}={parts[name]}")


def _numbers(parts: Mapping[str, str], name: str) -> set[int]:
    return {int(number) for number in parts[name].split(",")} if name in parts else set()


def _weekdays(parts: Mapping[str, str]) -> set[tuple[int, int]]:
    """Return the days of BYDAY as ordinal, 0 for every, and weekday, 0 for Monday."""
    days = parts["BYDAY"].split(",") if "BYDAY" in parts else []
    return {(int(day[:-2] or 0), WEEKDAYS.index(day[-2:])) for day in days}
