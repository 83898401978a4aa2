"""`manage.py try_policy`: what a month would have been under another policy."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assignments.models import Policy
from assignments.policy_files import PolicyUnreadable, read_policy
from assignments.quota import Quota
from assignments.trials import NUMBERS, Trial, TriedAccount
from core.periods import Month
from occasions.trials import try_policy
from people.models import Municipality

TOTALS = (
    "{decisions} decisions, of which {changing} would change. Over what the policy allows: {over_as_is} as it is, "
    "{over_as_tried} as it would be ({newly_over} newly, {no_longer_over} no longer)."
)


class Command(BaseCommand):
    """Try a policy on a month. Nothing is written, and nobody is named: decisions go by their ids."""

    help = "Tell what a month would have been under another policy, without writing anything. See docs/policy.md."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the month and the policy."""
        parser.add_argument("--municipality", required=True, help="the municipality's code, such as kalix")
        parser.add_argument("--month", required=True, help="such as 2026-05")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--policy", help="the id of a policy in the database, begun or not")
        which.add_argument("--file", type=Path, help="a JSON file with the fields of a policy")
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Try it, and tell. Raise CommandError for what can't be meant."""
        municipality = Municipality.objects.filter(code=options["municipality"]).first()
        if municipality is None:
            raise CommandError(f"There is no municipality with the code “{options['municipality']}”.")
        try:
            month = Month.parse(options["month"])
        except ValueError:
            raise CommandError(f"“{options['month']}” is no month such as 2026-05.") from None
        policy = self._policy(municipality, options)
        trial = try_policy(municipality, policy.rules, month=month)
        self.stdout.write(
            json.dumps(_as_json(trial), indent=2) if options["json"] else "\n".join(_as_table(trial))
        )

    def _policy(self, municipality: Municipality, options: dict[str, Any]) -> Policy:
        if options["file"] is not None:
            try:
                return read_policy(options["file"], municipality)
            except PolicyUnreadable as error:
                raise CommandError("\n".join(error.mistakes)) from None
        try:
            found = municipality.policies.filter(pk=UUID(options["policy"])).first()
        except ValueError:
            found = None
        if found is None:
            raise CommandError(f"{municipality} has no policy with the id “{options['policy']}”.")
        return found


def _as_table(trial: Trial) -> Iterator[str]:
    """Yield a line for each decision, with what would be another number as `now -> then`."""
    rows = [["decision", "period", *NUMBERS], *(_row(account) for account in trial.accounts)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield ""
    yield TOTALS.format(**trial.totals)


def _row(account: TriedAccount) -> list[str]:
    periods = [f"{one.period.first_day}–{one.period.last_day}" for one in (account.as_is, account.as_tried)]
    numbers = [[str(_number(units)) for units in pair] for pair in account.numbers.values()]
    return [account.decision_id, *(" -> ".join(dict.fromkeys(pair)) for pair in (periods, *numbers))]


def _as_json(trial: Trial) -> dict[str, Any]:
    accounts = [
        {
            "decision": account.decision_id,
            "kind": "contact_family" if account.is_family else "contact_person",
            "changes": account.changes,
            "as_is": _account(account.as_is),
            "as_tried": _account(account.as_tried),
        }
        for account in trial.accounts
    ]
    return {"month": str(trial.month), "totals": dict(trial.totals), "decisions": accounts}


def _account(quota: Quota) -> dict[str, Any]:
    period = {"first_day": str(quota.period.first_day), "last_day": str(quota.period.last_day)}
    return {"period": period} | {name: _number(getattr(quota, name)) for name in NUMBERS}


def _number(units: Decimal) -> int | float:
    return int(units) if units == int(units) else float(units)
