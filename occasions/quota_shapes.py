"""How an account of units looks to the phone. Pure; `QuotaSerializer` describes it."""

from typing import Any

from assignments.quota import Entry, Quota
from assignments.sentences import sentence_of
from core.numbers import as_number
from core.periods import Month
from core.text import Language

Shape = dict[str, Any]


def quota_totals(quota: Quota) -> Shape:
    """Return the numbers of an account."""
    period = quota.period
    return {
        "period": {"kind": period.kind, "first_day": period.first_day, "last_day": period.last_day},
        "granted": as_number(quota.granted),
        "carried_in": as_number(quota.carried_in),
        "adjustments": as_number(quota.adjustments),
        "used": as_number(quota.used),
        "planned": as_number(quota.planned),
        "remaining": as_number(quota.remaining),
        "waiting": as_number(quota.waiting),
        "carried_on": as_number(quota.carried_on),
    }


def quota_with_entries(quota: Quota, month: Month, language: Language) -> Shape:
    """Return the numbers of an account, the month that was asked about, and where each number comes from."""
    entries = [_entry(entry, language, family=quota.family) for entry in quota.entries]
    return quota_totals(quota) | {"month": str(month), "entries": entries}


def _entry(entry: Entry, language: Language, *, family: bool) -> Shape:
    return {
        "kind": entry.kind,
        "units": as_number(entry.units),
        "on": entry.on,
        "occasion": entry.occasion_id,
        "text": sentence_of(entry, language, family=family),
    }
