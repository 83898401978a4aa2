"""What may be claimed in an assignment."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from assignments.models import Assignment
from assignments.standing import check_leads
from core.errors import NotYours
from expenses.models import ExpenseCategory, SwitchedOffCategory
from people.models import Role, User


def switch_category(
    *, user: User, assignment_id: UUID, code: str, claimable: bool, now: datetime
) -> tuple[Assignment, ExpenseCategory]:
    """Let a category be claimed in an assignment, or not. What came in before goes on; the same again is no news.

    Raise NotYours unless the user coordinates where it is and the category is there, OwnAssignment
    or DeputyForClaimant.
    """
    with transaction.atomic():
        led = Assignment.objects.with_decision().visible_to(user, now=now, roles={Role.COORDINATOR})
        # As claiming does: what is claimed at the same moment comes before or after.
        assignment = led.select_for_update(of=("self",), no_key=True).get_one(assignment_id)
        check_leads(user, assignment)
        here = ExpenseCategory.objects.filter(municipality=assignment.municipality, is_active=True)
        category = here.filter(code=code).first()
        if category is None:
            raise NotYours
        if claimable:
            assignment.switched_off_categories.filter(category=category).delete()
        else:
            SwitchedOffCategory.objects.get_or_create(
                assignment=assignment, category=category, defaults={"switched_off_by": user}
            )
    return assignment, category
