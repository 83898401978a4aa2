"""How somebody stands to an expense: in whose place they decide about it, and what keeps them from what."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from assignments.models import Assignment, OwnAssignment
from core.errors import DomainError, NotYours
from expenses import rules
from expenses.models import Expense, PreApproval
from people.models import Role, User


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


def check_leads(user: User, assignment: Assignment) -> None:
    """Refuse a coordinator of the municipality what is about their own or for whom alone they stand in.

    Raise OwnAssignment or DeputyForClaimant.
    """
    if assignment.contact_person_id == user.pk:
        raise OwnAssignment
    capacities = user.capacities(assignment.municipality.pk)
    rules.choose_capacity(capacities, user=user.pk, claimant=assignment.contact_person_id)


def answer_obstacle_of(question: PreApproval, user: User) -> str | None:
    """Return the problem code that the user meets who answers a question; None for who may."""
    return _lead_obstacle(user, question.municipality.pk, lambda: check_leads(user, question.assignment))


def confers_about(expense: Expense, user: User) -> bool:
    """Tell whether the user is told what is between coordinators: never of their own expense."""
    return bool(user.capacities(expense.municipality.pk)) and not expense.is_of(user)


def obstacles_of(expense: Expense, user: User, now: datetime) -> rules.Obstacles:
    """Return what keeps the user from doing what with an expense, whatever its status."""
    return rules.Obstacles(
        claim=expense.assignment.obstacle(user, now=now),
        decide=_lead_obstacle(user, expense.municipality.pk, lambda: capacity_of(user, expense)),
        submit=_code_of(lambda: expense.check_complete(now)),
        hand=rules.InHandOfAnother.code if expense.in_hand_of_another(user, now) else None,
        second=_code_of(lambda: capacity_of(user, expense, second=True)) if expense.first_approved_at else None,
        undo=rules.WrongStatus.code if expense.is_undecided else None,
    )


def _lead_obstacle(user: User, municipality_id: UUID, check: Callable[[], object]) -> str | None:
    """Return what a coordinator meets: who it is, then where, then what a check refuses."""
    if Role.COORDINATOR not in user.roles:
        return rules.WRONG_ROLE
    if not user.capacities(municipality_id):
        return NotYours.code
    return _code_of(check)


def _code_of(check: Callable[[], object]) -> str | None:
    """Return the code of what a check refuses."""
    try:
        check()
    except DomainError as error:
        return error.code
    return None
