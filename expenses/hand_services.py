"""Taking expenses in hand, so that two coordinators don't look at the same. It changes nothing of the expense."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from core.errors import showing
from expenses.deciding import check_hand
from expenses.models import FREE, Expense, ExpenseQuerySet
from expenses.standing import capacity_of
from people.models import User

LEASE = timedelta(minutes=15)


def take_expense(*, user: User, expense_id: UUID, now: datetime, expected_version: int | None = None) -> Expense:
    """Take an expense in hand for a quarter of an hour, or for another one.

    Raise NotYours, OwnExpense, DeputyForClaimant, WrongStatus, StaleVersion or InHandOfAnother.
    """
    return _hand(
        "take", user, expense_id, expected_version, now, {"in_hand_of": user, "in_hand_until": now + LEASE}
    )


def release_expense(
    *, user: User, expense_id: UUID, now: datetime, expected_version: int | None = None
) -> Expense:
    """Put an expense back for anybody to take; one that nobody has in hand stays so. Raise what taking does."""
    return _hand("release", user, expense_id, expected_version, now, FREE)


def _hand(
    action: str,
    user: User,
    expense_id: UUID,
    expected_version: int | None,
    now: datetime,
    values: Mapping[str, Any],
) -> Expense:
    """Write in whose hand it is, and not that the expense changed: nobody's version goes stale by it."""
    with transaction.atomic():
        expense = Expense.objects.get_to_decide(expense_id, user=user, now=now)
        with showing(expense):
            capacity_of(user, expense)
            expense.status_after(action, expected_version)
            check_hand(expense, user, now)
        for name, value in values.items():
            setattr(expense, name, value)
        expense.save(update_fields=values)
    return expense


def take_next(*, user: User, count: int, now: datetime) -> list[Expense]:
    """See to it that the user has `count` of the queue in hand, those that waited longest; return them.

    Only what they may decide. What they have already counts, so that the same call again takes no more. What
    somebody else is taking at this moment is passed over, so nobody waits for anybody.
    """
    with transaction.atomic():
        # The same call twice at once is one: each would pass over what the other is taking.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        theirs = Expense.objects.waiting_for(user, now=now)
        mine = list(_ids(theirs.filter(in_hand_of=user, in_hand_until__gt=now), count))
        free = theirs.filter(Q(in_hand_until=None) | Q(in_hand_until__lte=now)).exclude(pk__in=mine)
        taken = mine + list(_ids(free, count - len(mine)))
        Expense.objects.filter(pk__in=taken).update(in_hand_of=user, in_hand_until=now + LEASE)
        return list(Expense.objects.complete().filter(pk__in=taken).order_by("submitted_at", "pk"))


def _ids(rows: ExpenseQuerySet, count: int) -> Iterable[UUID]:
    """Lock those that waited longest."""
    oldest = rows.order_by("submitted_at", "pk").select_for_update(of=("self",), no_key=True, skip_locked=True)
    return oldest.values_list("pk", flat=True)[:count]
