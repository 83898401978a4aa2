"""Policies, decisions and occasions to account for, in few words. Nothing is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from assignments.grants import Scope, Terms
from assignments.judging import Book
from assignments.ledger import Ledger
from assignments.quota import Adjustment, Quota, Use
from assignments.rules import CancellationTable, PolicyRules, PolicyVersions, WeightTable, default_cancellations
from core.periods import local_moment
from tests import world

STOCKHOLM = ZoneInfo("Europe/Stockholm")
WEIGHTS = WeightTable.parse(world.WEIGHTS)
CANCELLATIONS = CancellationTable.parse(default_cancellations())
# units → how long an occasion is that weighs so much
LENGTHS = {1: timedelta(hours=2), 2: timedelta(hours=9), 3: timedelta(hours=11)}
NEW_YEAR = date(2026, 1, 1)


def june(day: int) -> date:
    """Return a day of June 2026."""
    return date(2026, 6, day)


def policy(first_day: date = date(2020, 1, 1), **fields: Any) -> PolicyRules:
    """Return a version of a policy: under 5 h 1, from 5 h 2, from 10 h 3; no saving, no running ahead."""
    return PolicyRules(first_day, **{"weights": WEIGHTS, "cancellations": CANCELLATIONS, **_in_decimals(fields)})


def decision(
    units: int | str = 4,
    first_day: date = NEW_YEAR,
    last_day: date | None = None,
    *,
    changes: Mapping[date, int | str] | None = None,
    **fields: Any,
) -> Terms:
    """Return the terms of a decision: four a month unless said; `changes` are its scopes by first day."""
    scopes = {first_day: units, **(changes or {})}
    return Terms(
        tuple(Scope(day, Decimal(number)) for day, number in scopes.items()), first_day, last_day, **fields
    )


def use(on: date, units: int = 1, status: str = "completed", at: time = time(12), **fields: Any) -> Use:
    """Return an occasion that weighs so many units, known by its day."""
    starts_at = local_moment(on, at, STOCKHOLM)
    if status in ("cancelled", "no_show"):
        fields = {"cancelled_by": "client", **fields}
    fields = {"occasion_id": str(on), "ends_at": starts_at + LENGTHS[units], **fields}
    return Use(starts_at=starts_at, status=status, **_in_decimals(fields))


def stay(starts: str, ends: str, status: str = "completed", **fields: Any) -> Use:
    """Return a stay at a contact family's between two times on the wall, such as `2026-06-05 18:00`."""
    starts_at, ends_at = wall(starts), wall(ends)
    return Use(starts, starts_at, ends_at, status, **_in_decimals(fields))


def lasting(one: Use, units: int) -> Use:
    """Return the occasion, as long as what weighs so much."""
    return replace(one, ends_at=one.starts_at + LENGTHS[units])


def moved(one: Use, on: date) -> Use:
    """Return the occasion on another day."""
    return replace(one, starts_at=use(on).starts_at, ends_at=use(on).starts_at + (one.ends_at - one.starts_at))


def wall(text: str, *, fold: int = 0) -> datetime:
    """Return the moment when the clock on the wall shows this."""
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM, fold=fold).astimezone(UTC)


def added(on: date, units: int | str, reason: str = "Flytt") -> Adjustment:
    """Return what a coordinator added, or took away."""
    return Adjustment(f"adjustment-{on}", on, Decimal(units), reason)


def book(
    terms: Terms,
    *versions: PolicyRules,
    uses: Iterable[Use] = (),
    adjustments: Iterable[Adjustment] = (),
) -> Book:
    """Return the book of a decision, its occasions by their ids."""
    return Book(
        terms=terms,
        versions=PolicyVersions.of(versions or [policy()]),
        zone=STOCKHOLM,
        uses={one.occasion_id or f"hidden-{number}": one for number, one in enumerate(uses)},
        adjustments=tuple(adjustments),
    )


def account(on: date, *args: Any, **kwargs: Any) -> Quota:
    """Return the account of the period that a day lies in, of a `book`."""
    return book(*args, **kwargs).ledger(on).on(on)


def numbers(quota: Quota) -> dict[str, Decimal]:
    """Return all numbers of an account that are not 0."""
    names = (
        "granted", "carried_in", "adjustments", "used", "planned", "remaining", "waiting", "carried_on", "expired",
        "over",
    )  # fmt: skip
    return {name: getattr(quota, name) for name in names if getattr(quota, name)}


def days(ledger: Ledger) -> list[tuple[date, date]]:
    """Return the first and last day of each account."""
    return [(quota.period.first_day, quota.period.last_day) for quota in ledger.quotas]


def _in_decimals(fields: Mapping[str, Any]) -> dict[str, Any]:
    units = {"saving_cap", "ahead_cap", "highest_weight", "own_units", "asked_units"}
    return {
        name: Decimal(value) if name in units and value is not None else value for name, value in fields.items()
    }
