"""What a coordinator's decision does to an expense: judged first, then written with all the others of a call."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from core.errors import showing
from core.repeats import fingerprint
from expenses import rules
from expenses.claiming import check_cap
from expenses.history import Action, event_of, tell_steps
from expenses.models import FREE, NOT_APPROVED_FIRST, Expense
from expenses.reasons import check_reason
from expenses.standing import capacity_of
from notifications.messages import Kind
from notifications.services import notify
from people.models import User

TOLD: Mapping[str, Kind] = {
    "approve": Kind.EXPENSE_APPROVED,
    "return": Kind.EXPENSE_RETURNED,
    "reject": Kind.EXPENSE_REJECTED,
    "undo": Kind.EXPENSE_REOPENED,
}


@dataclass(frozen=True)
class Wish:
    """What a coordinator wants: approve, return or reject. All that was claimed, without an amount (SEK)."""

    action: str
    approved_amount: Decimal | None = None
    reason_code: str = ""
    reason: str = ""
    version: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What is written of an expense, and of the step: for whom a deputy took it, what its history `says` of it
    instead of what the expense says now, and whether the contact person is told."""

    expense: Expense
    action: str
    values: Mapping[str, Any]
    deputy_for: UUID | None = None
    says: Mapping[str, Any] = field(default_factory=dict)
    is_told: bool = True


def is_repeated(expense: Expense, wish: Wish, user: User) -> bool:
    """Tell whether it is the same call again that brought the expense to where it is, or the first of two."""
    return expense.action_fingerprint == _asked(expense, wish, user) or _is_first_again(expense, wish, user)


def _is_first_again(expense: Expense, wish: Wish, user: User) -> bool:
    """Tell whether it is the first of two approvals again; the second may have come meanwhile."""
    return wish.action == "approve" and expense.holds(
        first_approved_by_id=user.pk,
        first_approved_amount=wish.approved_amount or expense.claimed_amount,
        first_reason_code=wish.reason_code,
        first_reason=wish.reason,
    )


def judge(expense: Expense, wish: Wish, *, user: User, now: datetime) -> Verdict:
    """Return what the wish does to a locked expense.

    Two have to approve more than the policy's limit. Raise OwnExpense, DeputyForClaimant, WrongStatus,
    StaleVersion, InHandOfAnother, SecondPersonRequired, ReceiptWasRefused, ApprovedTooMuch, OverCategoryCap,
    UnknownReason or ReasonRequired.
    """
    status, deputy_for = _check_decidable(expense, wish, user, now)
    decision = {
        "reason_code": wish.reason_code,
        "reason": wish.reason,
        "action_fingerprint": _asked(expense, wish, user),
        **FREE,
    }
    if wish.action == "approve":
        expense.check_receipt_usable()
        amount, why = _approved(expense, wish)
        decision |= {"approved_amount": amount, **why}
        if not expense.first_approved_at and _needs_second_person(expense, amount):
            return _as_first(expense, decision, user, deputy_for, now)
    else:
        check_reason(wish.action, code=wish.reason_code, words=wish.reason)
        decision = {**NOT_APPROVED_FIRST, **decision}
    return Verdict(
        expense, wish.action, {**decision, "status": status, "decided_by": user, "decided_at": now}, deputy_for
    )


def _check_decidable(expense: Expense, wish: Wish, user: User, now: datetime) -> tuple[str, UUID | None]:
    """Return the status that the wish leads to, and for whom a deputy decides."""
    with showing(expense):
        deputy_for = capacity_of(user, expense)
        status = expense.status_after(wish.action, wish.version)
        check_hand(expense, user, now)
        if wish.action == "approve" and expense.first_approved_at:
            deputy_for = capacity_of(user, expense, second=True)
    return status, deputy_for


def _needs_second_person(expense: Expense, amount: Decimal) -> bool:
    return rules.needs_second_person(amount, above=expense.policy.second_person_above)


def _most(expense: Expense) -> Decimal:
    """Return what can be approved at most, SEK: what was claimed, or what the first of two approved."""
    return expense.first_approved_amount or expense.told.claimed_amount


def _approved(expense: Expense, wish: Wish) -> tuple[Decimal, dict[str, str]]:
    """Return what to approve, SEK, and why not all. Raise ApprovedTooMuch, UnknownReason or ReasonRequired."""
    most = _most(expense)
    amount = most if wish.approved_amount is None else wish.approved_amount
    rules.check_approved(amount, most=most)
    check_cap(amount, cap=expense.cap)
    code, words = wish.reason_code, wish.reason
    if amount == expense.first_approved_amount and not (code or words):
        # Who agrees with the first need not say it again.
        code, words = expense.first_reason_code, expense.first_reason
    if code or amount < expense.told.claimed_amount:
        check_reason(wish.action, code=code, words=words)
    return amount, {"reason_code": code, "reason": words}


def check_hand(expense: Expense, user: User, now: datetime) -> None:
    """Raise InHandOfAnother while somebody else looks at the expense."""
    if expense.in_hand_of_another(user, now):
        raise rules.InHandOfAnother(present=expense)


def _asked(expense: Expense, wish: Wish, user: User) -> str:
    values: dict[str, Any] = {"by": user, "reason": wish.reason}
    if wish.action == "approve":
        values["approved_amount"] = _most(expense) if wish.approved_amount is None else wish.approved_amount
    if wish.reason_code:  # decisions of the last release have none
        values["reason_code"] = wish.reason_code
    return fingerprint(wish.action, values)


def _as_first(
    expense: Expense, decision: Mapping[str, Any], user: User, deputy_for: UUID | None, now: datetime
) -> Verdict:
    """Turn an approval into the first of two, which leaves the expense where it is."""
    says = {name: decision[name] for name in ("approved_amount", "reason_code", "reason")}
    values = {
        "first_approved_at": now,
        "first_approved_by": user,
        "first_approved_for_id": deputy_for,
        "first_approved_amount": decision["approved_amount"],
        "first_reason_code": decision["reason_code"],
        "first_reason": decision["reason"],
        "action_fingerprint": decision["action_fingerprint"],
        **FREE,
    }
    return Verdict(expense, Action.APPROVE_FIRST, values, deputy_for, says, is_told=False)


def write_verdicts(verdicts: Sequence[Verdict], *, user: User, now: datetime) -> None:
    """Write verdicts on locked expenses, and tell the contact persons. In few queries, however many they are."""
    events = []
    for verdict in verdicts:
        expense, was = verdict.expense, verdict.expense.status
        for name, value in verdict.values.items():
            setattr(expense, name, value)
        expense.version, expense.updated_at = expense.version + 1, now
        told = {"deputy_for_id": verdict.deputy_for, **verdict.says}
        events.append(event_of(expense, verdict.action, user, now, was, **told))
    fields = {name.removesuffix("_id") for verdict in verdicts for name in verdict.values}
    Expense.objects.bulk_update([one.expense for one in verdicts], sorted(fields | {"version", "updated_at"}))
    tell_steps(events)
    _tell_claimants([one for one in verdicts if one.is_told], now)


def _tell_claimants(verdicts: Sequence[Verdict], now: datetime) -> None:
    """Tell each contact person once of each kind of decision, and of which expense when it is one."""
    told: dict[tuple[Kind, UUID], list[Expense]] = defaultdict(list)
    for verdict in verdicts:
        told[TOLD[verdict.action], verdict.expense.assignment.contact_person_id].append(verdict.expense)
    # In one order for all: two that tell the same people at once would else wait for each other.
    for kind, person in sorted(told, key=lambda one: (one[1], one[0])):
        _tell_claimant(kind, told[kind, person], now)


def _tell_claimant(kind: Kind, expenses: Sequence[Expense], now: datetime) -> None:
    """Tell a contact person what became of expenses: of one, or of several in one go."""
    (first, *others), steps = expenses, [f"{one.pk}:{one.version}" for one in expenses]
    notify(
        recipients=[first.claimant],
        kind=kind,
        subject_type="expenses" if others else "expense",
        subject_id=None if others else first.pk,
        dedup_key=fingerprint("decided", {"steps": sorted(steps)}) if others else steps[0],
        now=now,
    )
