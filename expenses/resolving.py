"""Turning what a claimant sends into what is written: codes and ids into rows, kilometres into an amount."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from assignments.models import Assignment
from core.errors import InvalidInput
from core.text import Text
from expenses.asking import ALIVE, UnknownPreApproval
from expenses.mileage import AmountIsComputed, AmountWasComputed, MileageMissing, MileageNotExpected, amount_of
from expenses.models import (
    NO_MILEAGE,
    Expense,
    ExpenseCategory,
    MileageRate,
    PreApproval,
    Receipt,
    check_claimable,
)
from occasions.models import Occasion
from occasions.rules import UnknownOccasion
from people.models import User

# What the amount of a drive comes from.
PRICED_BY = frozenset({"category", "spent_on", "mileage_km"})


class UnknownCategory(InvalidInput):
    """The municipality does not repay that."""

    code = "unknown_expense_category"
    text = Text(sv="Kategorin {category} finns inte.", en="There is no category {category}.")


class UnknownReceipt(InvalidInput):
    """There is no such receipt of the caller's."""

    code = "unknown_receipt"
    text = Text(sv="Kvittot finns inte.", en="There is no such receipt.")


def resolve(
    assignment: Assignment, user: User, now: datetime, values: Mapping[str, Any], present: Expense | None = None
) -> dict[str, Any]:
    """Return the columns of what is asked for an expense, perhaps one that is `present`.

    Raise an Unknown… error, CategorySwitchedOff, MileageMissing, MileageNotExpected, AmountIsComputed or
    NoMileageRate.
    """
    found = {name: value for name, value in values.items() if name != "mileage"}
    if "category" in values:
        found["category"] = find_category(assignment, values["category"])
        if present is None or present.category != found["category"]:
            check_claimable(assignment, found["category"])
    if values.get("occasion") is not None:
        found["occasion"] = Occasion.objects.filter(pk=values["occasion"], assignment=assignment).first()
        if found["occasion"] is None:
            raise UnknownOccasion(field="occasion")
    if values.get("receipt") is not None:
        own = Receipt.objects.filter(pk__in=Receipt.objects.own(user, now=now))
        # A phone in a hurry claims and submits while the receipt is still looked through.
        found["receipt"] = own.filter(pk=values["receipt"]).exclude(status=Receipt.Status.REFUSED).first()
        if found["receipt"] is None:
            raise UnknownReceipt(field="receipt")
    if values.get("pre_approval") is not None:
        # What it refers to already it may go on naming, whatever became of that.
        usable = Q(status__in=ALIVE) | Q(pk=None if present is None else present.pre_approval_id)
        asked = PreApproval.objects.filter(usable, assignment=assignment)
        found["pre_approval"] = asked.filter(pk=values["pre_approval"]).first()
        if found["pre_approval"] is None:
            raise UnknownPreApproval(field="pre_approval")
    return found | _mileage(assignment, values, found, present)


def find_category(assignment: Assignment, code: str) -> ExpenseCategory:
    """Return a category in use by its code. Raise UnknownCategory."""
    here = ExpenseCategory.objects.filter(municipality=assignment.municipality, is_active=True)
    found = here.filter(code=code).first()
    if found is None:
        raise UnknownCategory(field="category", category=code)
    return found


def _mileage(
    assignment: Assignment, values: Mapping[str, Any], found: Mapping[str, Any], present: Expense | None
) -> dict[str, Any]:
    """Return the columns about a drive that go with what was found, and the amount that it comes to."""
    category = found["category"] if present is None else found.get("category", present.category)
    given = values.get("mileage")
    if not category.is_mileage:
        if given is not None:
            raise MileageNotExpected(field="mileage")
        if present is None or present.mileage_km is None:
            return {}
        if "claimed_amount" not in values:
            raise AmountWasComputed(field="claimed_amount")
        return dict(NO_MILEAGE)
    columns = {f"mileage_{name}": value for name, value in (given or {}).items()}
    if given is None and (present is None or present.mileage_km is None or "mileage" in values):
        if present is not None and not values.keys() & {*PRICED_BY, "claimed_amount", "mileage"}:
            return {}  # as the last release wrote it: whatever else it says may be changed
        raise MileageMissing(field="mileage")
    return columns | _price(assignment, {**found, **columns}, present)


def _price(assignment: Assignment, wanted: Mapping[str, Any], present: Expense | None) -> dict[str, Any]:
    """Return the rate and the amount of a drive; nothing when all that they come from is as it was."""
    comes_from: dict[str, Any] = {name: wanted.get(name, getattr(present, name, None)) for name in PRICED_BY}
    if present is not None and present.holds(**comes_from):
        amount, priced = present.claimed_amount, dict[str, Any]()
    else:
        came_in = present is not None and present.status != Expense.Status.DRAFT
        priced = price(assignment, comes_from["mileage_km"], comes_from["spent_on"], freeze=came_in)
        amount = priced["claimed_amount"]
    if wanted.get("claimed_amount", amount) != amount:
        raise AmountIsComputed(field="claimed_amount", amount=amount)
    return priced


def price(assignment: Assignment, km: Decimal, spent_on: date, *, freeze: bool) -> dict[str, Any]:
    """Return the rate of a day (SEK per km), and what kilometres come to (SEK). Raise NoMileageRate.

    With `freeze`, the rate stays as it is until the transaction ends.
    """
    rate = MileageRate.objects.in_force(assignment.municipality, spent_on, lock=freeze).rate
    return {"mileage_rate": rate, "claimed_amount": amount_of(km, rate)}
