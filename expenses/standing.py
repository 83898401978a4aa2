"""How somebody stands to an expense: in whose place they decide about it, and what keeps them from what."""

from datetime import datetime
from uuid import UUID

from assignments.standing import code_of, obstacle_of
from expenses import rules
from expenses.models import Expense
from people.models import User


def capacity_of(user: User, expense: Expense, *, second: bool = False) -> UUID | None:
    """Return for whom a coordinator decides as a deputy, None in their own right.

    Raise OwnExpense or DeputyForClaimant, and for the `second` of two who approve SecondPersonRequired.
    """
    first = (expense.first_approved_by_id, expense.first_approved_for_id) if second else ()
    return rules.choose_capacity(
        user.capacities(expense.municipality.pk),
        user=user.pk,
        claimant=expense.assignment.contact_person_id,
        first={one for one in first if one is not None},
    )


def confers_about(expense: Expense, user: User) -> bool:
    """Tell whether the user is told what is between coordinators: never of their own expense."""
    return bool(user.capacities(expense.municipality.pk)) and not expense.is_of(user)


def obstacles_of(expense: Expense, user: User, now: datetime) -> rules.Obstacles:
    """Return what keeps the user from doing what with an expense, whatever its status."""
    return rules.Obstacles(
        claim=expense.assignment.obstacle(user, now=now),
        decide=obstacle_of(user, expense.municipality.pk, lambda: capacity_of(user, expense)),
        submit=code_of(lambda: expense.check_complete(now)),
        hand=rules.InHandOfAnother.code if expense.in_hand_of_another(user, now) else None,
        second=code_of(lambda: capacity_of(user, expense, second=True)) if expense.first_approved_at else None,
        undo=rules.WrongStatus.code if expense.is_undecided else None,
    )
