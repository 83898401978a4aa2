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
from expenses.mileage import (
    AmountIsComputed,
    AmountWasComputed,
    MileageMissing,
    MileageNotExpected,
    NoMileageRate,
    amount_of,
)
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
PARTS = ("from", "to", "purpose", "km")  # of a drive, as they are told


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

    A draft may be anything that can be meant, whatever is still missing or would be refused when it is sent in.
    Raise an Unknown… error, CategorySwitchedOff, MileageMissing, MileageNotExpected, AmountIsComputed,
    AmountWasComputed or NoMileageRate.
    """
    found = {name: value for name, value in values.items() if name != "mileage"}
    if values.get("category") is not None:
        found["category"] = find_category(assignment, values["category"])
        if present is not None and not present.is_draft and present.category != found["category"]:
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
    category = found.get("category", None if present is None else present.category)
    is_draft, given = present is None or present.is_draft, values.get("mileage")
    told = present is not None and present.mileage_km is not None
    if category is not None and not category.is_mileage:
        if given is not None:
            raise MileageNotExpected(field="mileage")
        return _no_drive(values, present)
    if is_draft:
        columns = _columns(given) if "mileage" in values else {}
        return columns | _price(assignment, {**found, **columns, "category": category}, present)
    if category is None:
        return {}  # which is refused
    if given is None and (not told or "mileage" in values):
        if not values.keys() & {*PRICED_BY, "claimed_amount", "mileage"}:
            return {}  # as the last release wrote it: whatever else it says may be changed
        raise MileageMissing(field="mileage")
    columns = _columns(given) if given is not None else {}
    return columns | _price(assignment, {**found, **columns, "category": category}, present)


def _columns(drive: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the columns of a drive, whole: what it does not tell is empty."""
    return {f"mileage_{name}": (drive or {}).get(name, NO_MILEAGE[f"mileage_{name}"]) for name in PARTS}


def _no_drive(values: Mapping[str, Any], present: Expense | None) -> dict[str, Any]:
    """Return the columns of what is no drive any more, and has an amount of its own."""
    if present is None or present.holds(**NO_MILEAGE):
        return {}
    if present.mileage_rate is None or "claimed_amount" in values:
        return dict(NO_MILEAGE)
    if not present.is_draft:
        raise AmountWasComputed(field="claimed_amount")
    return {**NO_MILEAGE, "claimed_amount": None}


def _price(assignment: Assignment, wanted: Mapping[str, Any], present: Expense | None) -> dict[str, Any]:
    """Return the rate and the amount of a drive; of a draft that can't be priced yet, that there is none."""
    comes_from: dict[str, Any] = {name: wanted.get(name, getattr(present, name, None)) for name in PRICED_BY}
    is_draft = present is None or present.is_draft
    if None in comes_from.values():
        return _unpriced(wanted, present)
    if present is not None and present.mileage_rate is not None and present.holds(**comes_from):
        priced = {"claimed_amount": present.claimed_amount}
    else:
        try:
            priced = price(assignment, comes_from["mileage_km"], comes_from["spent_on"], freeze=not is_draft)
        except NoMileageRate:
            if is_draft:
                return _unpriced(wanted, present)
            raise
    if wanted.get("claimed_amount") not in (None, priced["claimed_amount"]):
        raise AmountIsComputed(field="claimed_amount", amount=priced["claimed_amount"])
    return priced


def _unpriced(wanted: Mapping[str, Any], present: Expense | None) -> dict[str, Any]:
    """Return what a drive without a rate comes to: what was said, and no longer what was computed."""
    if present is None or present.mileage_rate is None:
        return {}
    return {"mileage_rate": None, "claimed_amount": wanted.get("claimed_amount")}


def price(assignment: Assignment, km: Decimal, spent_on: date, *, freeze: bool) -> dict[str, Any]:
    """Return the rate of a day (SEK per km), and what kilometres come to (SEK). Raise NoMileageRate.

    With `freeze`, the rate stays as it is until the transaction ends.
    """
    rate = MileageRate.objects.in_force(assignment.municipality, spent_on, lock=freeze).rate
    return {"mileage_rate": rate, "claimed_amount": amount_of(km, rate)}
