"""Reading assignments, and changing what their decisions grant."""

from typing import cast
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from assignments import decision_services
from assignments.models import READERS, Adjustment, Assignment, AssignmentQuerySet, Decision, ScopeChange
from assignments.nudging_services import nudge
from assignments.serializers import (
    AdjustmentSerializer,
    AdjustUnitsSerializer,
    AssignmentSerializer,
    ChangeScopeSerializer,
    NudgeSerializer,
    ScopeChangeSerializer,
)
from core.views import CommandView
from people.models import Role, User

CHANGING = ("day_too_far", "outside_decision", "own_assignment", "units_out_of_step")
STAFF = frozenset({Role.COORDINATOR, Role.CASE_OFFICER})


class AssignmentsView(ListAPIView[Assignment]):
    """Mine, or my municipality's."""

    roles = {"GET": READERS}
    serializer_class = AssignmentSerializer
    queryset = Assignment.objects.none()
    ordering = ("-first_day", "id")

    def get_queryset(self) -> AssignmentQuerySet:
        """Limit to what the caller may see now."""
        return Assignment.objects.with_scope().visible_to(cast(User, self.request.user), now=timezone.now())


class AssignmentView(GenericAPIView[Assignment]):
    """One assignment."""

    roles = {"GET": READERS}
    serializer_class = AssignmentSerializer

    def get(self, request: Request, assignment_id: UUID) -> Response:
        """Show it."""
        visible = Assignment.objects.with_scope().visible_to(cast(User, request.user), now=timezone.now())
        return Response(self.get_serializer(visible.get_one(assignment_id)).data)


class NudgeView(CommandView):
    """Getting in touch with the contact person."""

    roles = {"POST": frozenset({Role.COORDINATOR})}
    problems = {"POST": ("deputy_for_claimant", "nobody_to_nudge", "own_assignment")}
    serializer_class = NudgeSerializer

    @extend_schema(operation_id="nudge", request=None, responses={201: NudgeSerializer, 200: NudgeSerializer})
    def post(self, request: Request, assignment_id: UUID) -> Response:
        """Ask them to look at the assignment, once a day."""
        told, created = nudge(user=cast(User, request.user), assignment_id=assignment_id, now=timezone.now())
        return self.show(told, created=created)


class AdjustmentsView(CommandView, ListAPIView[Adjustment]):
    """What coordinators added to a decision, or took away."""

    commands = {"POST": AdjustUnitsSerializer}
    roles = {"GET": STAFF, "POST": frozenset({Role.COORDINATOR})}
    problems = {"POST": (*CHANGING, "deputy_for_claimant")}
    serializer_class = AdjustmentSerializer
    queryset = Adjustment.objects.none()
    ordering = ("-created_at", "id")

    def get_queryset(self) -> QuerySet[Adjustment]:
        """Limit to the decision, if the caller's municipality made it. Raise NotYours."""
        here = Decision.objects.of_staff(cast(User, self.request.user), STAFF)
        return Adjustment.objects.filter(decision=here.get_one(self.kwargs["decision_id"]))

    @extend_schema(responses={201: AdjustmentSerializer, 200: AdjustmentSerializer})
    def post(self, request: Request, decision_id: UUID) -> Response:
        """Add units in the period of a day, or take some away."""
        adjustment, created = decision_services.adjust_units(
            user=cast(User, request.user), now=timezone.now(), decision_id=decision_id, **self.command(request)
        )
        return self.show(adjustment, created=created)


class ScopeChangesView(CommandView, ListAPIView[ScopeChange]):
    """How what a decision grants has changed."""

    commands = {"POST": ChangeScopeSerializer}
    roles = {"GET": STAFF, "POST": frozenset({Role.CASE_OFFICER})}
    problems = {"POST": (*CHANGING, "scope_day_taken")}
    serializer_class = ScopeChangeSerializer
    queryset = ScopeChange.objects.none()
    ordering = ("first_day", "id")

    def get_queryset(self) -> QuerySet[ScopeChange]:
        """Limit to the decision, if the caller's municipality made it. Raise NotYours."""
        here = Decision.objects.of_staff(cast(User, self.request.user), STAFF)
        return ScopeChange.objects.filter(decision=here.get_one(self.kwargs["decision_id"]))

    @extend_schema(responses={201: ScopeChangeSerializer, 200: ScopeChangeSerializer})
    def post(self, request: Request, decision_id: UUID) -> Response:
        """Grant another number of units a period from a day on."""
        change, created = decision_services.change_scope(
            user=cast(User, request.user), now=timezone.now(), decision_id=decision_id, **self.command(request)
        )
        return self.show(change, created=created)
