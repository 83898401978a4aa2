"""What becomes of a planned occasion: it is held, cancelled or missed, or comes back after it was skipped."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from core.repeats import fingerprint
from occasions.counting import Asked
from occasions.models import Occasion
from occasions.reminders import withdraw_reminders
from occasions.services import apply_change, check_action, prepare_change
from occasions.writing import end_drafts, in_utc, locked_own, one_at_a_time
from people.models import User


def complete_occasion(*, user: User, occasion_id: UUID, now: datetime, **values: Any) -> Occasion:
    """Log that an occasion was held, as planned or as given. The same call again changes nothing.

    Raise NotYours, WrongStatus, NotYetHeld, UnknownActivityKind, QuotaExceeded, Overlapping or what the rules
    refuse.
    """
    return _settle("complete", user, occasion_id, now, values)


def cancel_occasion(
    *,
    user: User,
    occasion_id: UUID,
    now: datetime,
    cancelled_by: str,
    reason: str,
    cancelled_at: datetime | None = None,
) -> Occasion:
    """Cancel a planned occasion; the policy says whether its units are used. The same call again changes nothing.

    `cancelled_at` is when it was cancelled, for a phone that had no network; at most now. Raise NotYours or
    WrongStatus.
    """
    values: dict[str, Any] = {"cancelled_by": cancelled_by, "reason": reason}
    asked = values if cancelled_at is None else values | {"cancelled_at": cancelled_at}
    when = min(cancelled_at or now, now)
    return _end("cancel", user, occasion_id, now, asked, values | {"cancelled_at": when})


def record_no_show(*, user: User, occasion_id: UUID, now: datetime, cancelled_by: str, reason: str) -> Occasion:
    """Record that nobody came; the policy says whether units are used. The same call again changes nothing.

    Raise NotYours, WrongStatus or NotYetHeld.
    """
    values = {"cancelled_by": cancelled_by, "reason": reason}
    return _end("no_show", user, occasion_id, now, values, values)


def restore_occasion(*, user: User, occasion_id: UUID, now: datetime) -> Occasion:
    """Plan an occasion again that was skipped for another one. The same call again changes nothing.

    Raise NotYours, WrongStatus, NotSkipped, OutsideAssignment, QuotaExceeded or Overlapping.
    """
    return _settle("restore", user, occasion_id, now, {})


def _end(
    action: str, user: User, occasion_id: UUID, now: datetime, asked: Mapping[str, Any], values: Mapping[str, Any]
) -> Occasion:
    """Cancel it or record a no-show. It never takes more units than were planned, so there is room."""
    fingerprinted = fingerprint(action, asked)
    with transaction.atomic():
        occasion = locked_own(occasion_id, user, now)
        if occasion.action_fingerprint == fingerprinted:
            return occasion
        status = check_action(action, occasion, values, now)
        if occasion.asked == Asked.WAITING:  # What has not been approved by then counts as it did.
            values = {**values, "asked": Asked.NOTHING, "asked_units": None}
        occasion.change(**in_utc(values), status=status, action_fingerprint=fingerprinted)
        withdraw_reminders([occasion.pk], now)
        end_drafts([occasion.pk], now)
    return occasion


def _settle(action: str, user: User, occasion_id: UUID, now: datetime, values: Mapping[str, Any]) -> Occasion:
    asked = fingerprint(action, values)
    with transaction.atomic(), one_at_a_time():
        occasion = locked_own(occasion_id, user, now)
        if occasion.action_fingerprint == asked:
            return occasion
        status = check_action(action, occasion, values, now)
        change = prepare_change(occasion, values, status=status, user=user, now=now)
        states: dict[str, Any] = {"status": status, "action_fingerprint": asked}
        if action == "restore":
            states |= {"cancelled_by": "", "cancelled_at": None, "skipped_for": None}
        apply_change(occasion, change, values, now, **states)
    return occasion
