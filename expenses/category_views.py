"""What may be claimed, over HTTP."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.models import Assignment, Policy
from core.views import CommandView
from expenses import category_services
from expenses.category_serializers import (
    ClaimableCategorySerializer,
    ExpenseCategorySerializer,
    SwitchCategorySerializer,
)
from expenses.models import READERS, ExpenseCategory
from people.models import Role, User
from people.permissions import EVERYBODY


class ExpenseCategoriesView(ListAPIView[ExpenseCategory]):
    """What the caller's municipalities repay."""

    roles = {"GET": EVERYBODY}
    serializer_class = ExpenseCategorySerializer
    queryset = ExpenseCategory.objects.none()
    ordering = ("code", "id")

    def get_queryset(self) -> QuerySet[ExpenseCategory]:
        """Limit to categories in use where the caller has a role."""
        here = cast(User, self.request.user).municipality_ids()
        return ExpenseCategory.objects.filter(municipality__in=here, is_active=True)


class ClaimableCategoriesView(ListAPIView[ExpenseCategory]):
    """What may be claimed in an assignment, and up to what."""

    roles = {"GET": READERS}
    serializer_class = ClaimableCategorySerializer
    queryset = ExpenseCategory.objects.none()
    ordering = ("code", "id")

    @cached_property
    def assignment(self) -> Assignment:
        """The assignment that is asked about. Raise NotYours."""
        visible = Assignment.objects.with_decision().visible_to(
            cast(User, self.request.user), now=timezone.now(), roles=READERS
        )
        return visible.get_one(self.kwargs["assignment_id"])

    def get_queryset(self) -> QuerySet[ExpenseCategory]:
        """Limit to categories in use in the assignment's municipality."""
        return ExpenseCategory.objects.filter(municipality=self.assignment.municipality, is_active=True)

    def get_serializer_context(self) -> dict[str, Any]:
        """Add the policy of today, and what is switched off."""
        return {**super().get_serializer_context(), **_rules_of(self.assignment)}


class ClaimableCategoryView(CommandView):
    """Whether one category may be claimed in an assignment."""

    roles = {"PUT": frozenset({Role.COORDINATOR})}
    problems = {"PUT": ("deputy_for_claimant", "own_assignment")}
    commands = {"PUT": SwitchCategorySerializer}
    serializer_class = ClaimableCategorySerializer

    def put(self, request: Request, assignment_id: UUID, code: str) -> Response:
        """Switch it off, or on again. What came in before goes on."""
        assignment, category = category_services.switch_category(
            user=cast(User, request.user),
            assignment_id=assignment_id,
            code=code,
            now=timezone.now(),
            **self.command(request),
        )
        context = {**self.get_serializer_context(), **_rules_of(assignment)}
        return Response(self.get_serializer_class()(category, context=context).data)


def _rules_of(assignment: Assignment) -> dict[str, Any]:
    """Return what is ruled over an assignment's categories today."""
    today = assignment.municipality.today(timezone.now())
    switched_off = assignment.switched_off_categories.values_list("category", flat=True)
    return {"policy": Policy.in_force(assignment.municipality, today), "switched_off": set(switched_off)}
