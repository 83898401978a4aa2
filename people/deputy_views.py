"""Deputies over HTTP."""

from typing import cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from core.views import CommandView
from people import deputy_services
from people.deputy_serializers import DeputySerializer, NameDeputySerializer
from people.models import Membership, MembershipQuerySet, Role, User

COORDINATOR = frozenset({Role.COORDINATOR})


class DeputiesView(CommandView, ListAPIView[Membership]):
    """Who stands in for the municipality's coordinators, and naming somebody."""

    commands = {"POST": NameDeputySerializer}
    roles = {"GET": COORDINATOR, "POST": COORDINATOR}
    problems = {
        "POST": (
            "deputy_days",
            "deputy_needless",
            "deputy_overlaps",
            "deputy_too_long",
            "municipality_required",
            "not_found",
        )
    }
    serializer_class = DeputySerializer
    queryset = Membership.objects.none()
    ordering = ("-first_day", "id")

    def get_queryset(self) -> MembershipQuerySet:
        """Limit to the municipalities that the caller coordinates; those whose days have been, too."""
        here = cast(User, self.request.user).municipality_ids(Role.COORDINATOR)
        return Membership.objects.deputies(here)

    @extend_schema(responses={201: DeputySerializer, 200: DeputySerializer})
    def post(self, request: Request) -> Response:
        """Let somebody coordinate in one's place."""
        deputy, created = deputy_services.name_deputy(
            by=cast(User, request.user), now=timezone.now(), **self.command(request)
        )
        return self.show(deputy, created=created)


class DeputyView(CommandView):
    """One deputy."""

    roles = {"DELETE": COORDINATOR}
    serializer_class = DeputySerializer

    @extend_schema(responses={204: None})
    def delete(self, request: Request, deputy_id: UUID) -> Response:
        """Take the deputy back at once; again is no news."""
        deputy_services.end_deputy(by=cast(User, request.user), deputy_id=deputy_id)
        return Response(status=204)
