"""A trial as a table for administrators, in Swedish."""

from decimal import Decimal
from typing import Any

from django.utils.html import format_html

from assignments.sentences import name_of, plain_number
from assignments.trials import Trial, TriedAccount

HEADERS = {
    "granted": "Beviljat",
    "carried_in": "Från förra",
    "adjustments": "Justerat",
    "used": "Använt",
    "planned": "Planerat",
    "remaining": "Kvar",
    "over": "För mycket",
}


def as_table(trial: Trial) -> dict[str, Any]:
    """Return the headers and a row for each decision, by its opaque id: nobody is named."""
    return {
        "headers": ["Beslut", "Räknas i", "Period", *HEADERS.values()],
        "rows": [_row(account) for account in trial.accounts],
    }


def _row(account: TriedAccount) -> list[str]:
    period = _change(name_of(account.as_is.period).sv, name_of(account.as_tried.period).sv)
    numbers = [_change(*map(_number, account.numbers[name])) for name in HEADERS]
    return [account.decision_id, "dygn" if account.is_family else "tillfällen", period, *numbers]


def _change(now: str, then: str) -> str:
    return now if now == then else format_html("{} → <strong>{}</strong>", now, then)


def _number(units: Decimal) -> str:
    return plain_number(units).sv
