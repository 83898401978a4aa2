"""What came too late, over HTTP."""

from typing import cast
from uuid import UUID

from django.utils import timezone
from django_filters import rest_framework as filters
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.late_write_serializers import HandleLateWriteSerializer, LateWriteSerializer
from assignments.late_write_services import handle_late_write
from assignments.models import LateWrite, LateWriteQuerySet
from core.views import CommandView
from notifications.filters import TrueOrFalse
from people.models import Role, User

COORDINATOR = frozenset({Role.COORDINATOR})


class LateWriteFilter(filters.FilterSet):  # type: ignore[misc]
    """`?handled=false`."""

    handled = TrueOrFalse(field_name="handled_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = LateWrite
        fields: list[str] = []


class LateWritesView(ListAPIView[LateWrite]):
    """What came too late in the caller's municipalities, newest first."""

    roles = {"GET": COORDINATOR}
    serializer_class = LateWriteSerializer
    queryset = LateWrite.objects.none()
    filterset_class = LateWriteFilter
    ordering = ("-received_at", "id")

    def get_queryset(self) -> LateWriteQuerySet:
        """Limit to where the caller coordinates now."""
        return LateWrite.objects.complete().to_handle(cast(User, self.request.user))


class HandleLateWriteView(CommandView):
    """Seeing to one."""

    optional_headers = ("If-Match",)
    commands = {"POST": HandleLateWriteSerializer}
    problems = {"POST": ("already_handled", "deputy_for_claimant", "own_assignment")}
    roles = {"POST": COORDINATOR}
    serializer_class = LateWriteSerializer

    def post(self, request: Request, late_write_id: UUID) -> Response:
        """Note that it has been seen to. With `If-Match` only what was seen: else 412."""
        late = handle_late_write(
            user=cast(User, request.user),
            late_write_id=late_write_id,
            now=timezone.now(),
            expected_version=self.seen_version(request),
            **self.command(request),
        )
        return self.show(late)
