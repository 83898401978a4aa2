"""Reading assignments."""

from typing import cast
from uuid import UUID

from django.utils import timezone
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.models import READERS, Assignment, AssignmentQuerySet
from assignments.serializers import AssignmentSerializer
from people.models import User


class AssignmentsView(ListAPIView[Assignment]):
    """Mine, or my municipality's."""

    roles = {"GET": READERS}
    serializer_class = AssignmentSerializer
    queryset = Assignment.objects.none()
    ordering = ("-first_day", "id")

    def get_queryset(self) -> AssignmentQuerySet:
        """Limit to what the caller may see now."""
        return Assignment.objects.with_decision().visible_to(cast(User, self.request.user), now=timezone.now())


class AssignmentView(GenericAPIView[Assignment]):
    """One assignment."""

    roles = {"GET": READERS}
    serializer_class = AssignmentSerializer

    def get(self, request: Request, assignment_id: UUID) -> Response:
        """Show it."""
        visible = Assignment.objects.with_decision().visible_to(cast(User, request.user), now=timezone.now())
        return Response(self.get_serializer(visible.get_one(assignment_id)).data)
