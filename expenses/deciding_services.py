"""Deciding about expenses that came in. Rows are locked before their state is read, so one of two wins."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from core.errors import DomainError, InvalidInput, NotYours
from core.text import Text
from expenses.deciding import Verdict, Wish, is_repeated, judge, write_verdicts
from expenses.looking import load_signals
from expenses.models import Expense
from people.models import User

# Of several refusals the one that the whole answer is about: what was written wrongly, what is not there, what
# has moved on since it was seen, and then what a rule forbids.
PRECEDENCE = (400, 404, 412, 409)


class DecidedTwice(InvalidInput):
    """One call decides once about each expense."""

    code = "decided_twice"
    text = Text(sv="Utlägget finns två gånger i anropet.", en="The expense is in the call twice.")


def approve_expense(
    *,
    user: User,
    expense_id: UUID,
    now: datetime,
    approved_amount: Decimal | None = None,
    reason_code: str = "",
    reason: str = "",
    expected_version: int | None = None,
) -> Expense:
    """Approve all that was claimed, or less (SEK) for a reason. The same call again changes nothing.

    Over the policy's limit the first of two only says so, and the second may approve as much at most. With an
    `expected_version`, approve only what was seen. Raise NotYours or what `judge` refuses.
    """
    wish = Wish("approve", approved_amount, reason_code, reason, expected_version)
    return _decide(user, expense_id, now, wish)


def return_expense(
    *,
    user: User,
    expense_id: UUID,
    now: datetime,
    reason_code: str = "",
    reason: str = "",
    expected_version: int | None = None,
) -> Expense:
    """Ask the contact person to mend the expense, or to tell more. The same call again changes nothing.

    Raise NotYours or what `judge` refuses.
    """
    return _decide(user, expense_id, now, Wish("return", None, reason_code, reason, expected_version))


def reject_expense(
    *,
    user: User,
    expense_id: UUID,
    now: datetime,
    reason_code: str = "",
    reason: str = "",
    expected_version: int | None = None,
) -> Expense:
    """Refuse to repay the expense, and free its receipt. The same call again changes nothing.

    Raise NotYours or what `judge` refuses.
    """
    return _decide(user, expense_id, now, Wish("reject", None, reason_code, reason, expected_version))


def _decide(user: User, expense_id: UUID, now: datetime, wish: Wish) -> Expense:
    with transaction.atomic():
        expense = Expense.objects.get_to_decide(expense_id, user=user, now=now)
        if not is_repeated(expense, wish, user):
            write_verdicts([judge(expense, wish, user=user, now=now)], user=user, now=now)
    return expense


def decide_expenses(*, user: User, wishes: Sequence[tuple[UUID, Wish]], now: datetime) -> list[Expense]:
    """Decide on many at once: all of them, or none. The same call again changes nothing.

    Each wish names the version that was seen; one that has moved on since is stale, whatever became of it. Raise
    the weightiest of what is refused, with `each` refusal and its pointer: DecidedTwice, NotYours, StaleVersion
    or what `judge` refuses.
    """
    with transaction.atomic():
        found = Expense.objects.lock_to_decide([expense_id for expense_id, _ in wishes], user=user, now=now)
        times = Counter(expense_id for expense_id, _ in wishes)
        verdicts, refusals = list[Verdict](), dict[int, DomainError]()
        for number, (expense_id, wish) in enumerate(wishes):
            try:
                if times[expense_id] > 1:
                    raise DecidedTwice(field="id")
                if (expense := found.get(expense_id)) is None:
                    raise NotYours(field="id")
                if not is_repeated(expense, wish, user):
                    expense.expect(wish.version or 0, already=False)
                    verdicts.append(judge(expense, wish, user=user, now=now))
            except DomainError as error:
                refusals[number] = error
        if refusals:
            raise _weightiest(refusals)
        if verdicts:
            write_verdicts(verdicts, user=user, now=now)
    return [found[expense_id] for expense_id, _ in wishes]


def _weightiest(refusals: Mapping[int, DomainError]) -> DomainError:
    """Return the first refusal of the weightiest status, with all of them by their pointers."""
    chosen = min(refusals.values(), key=lambda error: PRECEDENCE.index(error.status))
    alike = [
        error.present
        for error in refusals.values()
        if error.status == chosen.status and isinstance(error.present, Expense)
    ]
    chosen.each = [
        (f"/decisions/{number}{f'/{error.field}' if error.field else ''}", error)
        for number, error in refusals.items()
    ]
    load_signals(alike)
    chosen.present = alike or None
    return chosen
