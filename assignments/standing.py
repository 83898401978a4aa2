"""How a coordinator stands to what is decided about an assignment: in whose place, and whether it is their own."""

from collections.abc import Callable, Collection
from uuid import UUID

from assignments.models import Assignment, OwnAssignment
from core.errors import DeputyForClaimant, DomainError, NotYours
from people.models import Role, User

WRONG_ROLE = "wrong_role"  # the front door's own problem


def check_leads(user: User, assignment: Assignment) -> None:
    """Refuse a coordinator of the municipality what is about their own or for whom alone they stand in.

    Raise OwnAssignment or DeputyForClaimant.
    """
    check_leads_all(user, assignment.municipality.pk, [assignment.contact_person_id])


def check_leads_all(user: User, municipality_id: UUID, contact_persons: Collection[UUID]) -> None:
    """Refuse as `check_leads` does what is about several contact persons at once."""
    if user.pk in contact_persons:
        raise OwnAssignment
    if all(one in contact_persons for one in user.capacities(municipality_id)):
        raise DeputyForClaimant


def lead_obstacle_of(assignment: Assignment, user: User) -> str | None:
    """Return the problem code that the user meets who answers about an assignment; None for who may."""
    return lead_obstacle(user, assignment.municipality.pk, assignment.contact_person_id)


def lead_obstacle(user: User, municipality_id: UUID, contact_person_id: UUID) -> str | None:
    """Return the same of an assignment that is not loaded."""
    return obstacle_of(user, municipality_id, lambda: check_leads_all(user, municipality_id, [contact_person_id]))


def obstacle_of(user: User, municipality_id: UUID, check: Callable[[], object]) -> str | None:
    """Return what a coordinator meets: who it is, then where, then what a check refuses."""
    if Role.COORDINATOR not in user.roles:
        return WRONG_ROLE
    if not user.capacities(municipality_id):
        return NotYours.code
    return code_of(check)


def code_of(check: Callable[[], object]) -> str | None:
    """Return the code of what a check refuses."""
    try:
        check()
    except DomainError as error:
        return error.code
    return None
