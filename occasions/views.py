"""Occasions and quotas over HTTP."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.models import READERS as ASSIGNMENT_READERS
from assignments.models import Assignment
from assignments.quota import quota_of
from assignments.serializers import MonthQuerySerializer
from core.views import CommandView
from occasions import services
from occasions.filters import OccasionFilter
from occasions.models import READERS, ActivityKind, Occasion, OccasionQuerySet
from occasions.serializers import (
    ActivityKindSerializer,
    CancelOccasionSerializer,
    CompleteOccasionSerializer,
    EditOccasionSerializer,
    NoShowSerializer,
    OccasionSerializer,
    PlanOccasionSerializer,
    QuotaSerializer,
)
from people.models import Role, User
from people.permissions import EVERYBODY

CONTACT_PERSON = frozenset({Role.CONTACT_PERSON})


class OccasionsView(CommandView, ListAPIView[Occasion]):
    """The occasions that the caller may see, and planning one."""

    commands = {"POST": PlanOccasionSerializer}
    roles = {"GET": READERS, "POST": CONTACT_PERSON}
    serializer_class = OccasionSerializer
    queryset = Occasion.objects.none()
    filterset_class = OccasionFilter
    ordering = ("-starts_at", "id")

    def get_queryset(self) -> OccasionQuerySet:
        """Limit to what the caller may see now."""
        return Occasion.objects.complete().visible_to(cast(User, self.request.user), now=timezone.now())

    @extend_schema(responses={201: OccasionSerializer, 200: OccasionSerializer})
    def post(self, request: Request) -> Response:
        """Plan an occasion, or log one that has been."""
        occasion, created = services.plan_occasion(
            user=cast(User, request.user), now=timezone.now(), **self.command(request)
        )
        return self.show(occasion, created=created)


class OccasionView(CommandView):
    """One occasion."""

    commands = {"PATCH": EditOccasionSerializer}
    roles = {"GET": READERS, "PATCH": CONTACT_PERSON}
    serializer_class = OccasionSerializer

    def get(self, request: Request, occasion_id: UUID) -> Response:
        """Show it."""
        visible = Occasion.objects.complete().visible_to(cast(User, request.user), now=timezone.now())
        return self.show(visible.get_one(occasion_id))

    def patch(self, request: Request, occasion_id: UUID) -> Response:
        """Change what is given."""
        occasion = services.edit_occasion(
            user=cast(User, request.user),
            occasion_id=occasion_id,
            expected_version=self.expected_version(request),
            now=timezone.now(),
            **self.command(request),
        )
        return self.show(occasion)


class OccasionActionView(CommandView):
    """What the settling actions share: read the command, call one service, show the occasion."""

    roles = {"POST": CONTACT_PERSON}
    serializer_class = OccasionSerializer
    service: Any

    def settle(self, request: Request, occasion_id: UUID) -> Response:
        """Do it."""
        occasion = type(self).service(
            user=cast(User, request.user), occasion_id=occasion_id, now=timezone.now(), **self.command(request)
        )
        return self.show(occasion)


class CompleteOccasionView(OccasionActionView):
    """Logging that an occasion was held."""

    commands = {"POST": CompleteOccasionSerializer}
    service = services.complete_occasion

    def post(self, request: Request, occasion_id: UUID) -> Response:
        """Log that it was held, as planned when the body is empty."""
        return self.settle(request, occasion_id)


class CancelOccasionView(OccasionActionView):
    """Cancelling an occasion."""

    commands = {"POST": CancelOccasionSerializer}
    service = services.cancel_occasion

    def post(self, request: Request, occasion_id: UUID) -> Response:
        """Cancel it; its units are given back."""
        return self.settle(request, occasion_id)


class NoShowView(OccasionActionView):
    """Recording that the client did not turn up."""

    commands = {"POST": NoShowSerializer}
    service = services.record_no_show

    def post(self, request: Request, occasion_id: UUID) -> Response:
        """Record it; the units are used."""
        return self.settle(request, occasion_id)


class ActivityKindsView(ListAPIView[ActivityKind]):
    """What the caller's municipalities offer to do."""

    roles = {"GET": EVERYBODY}
    serializer_class = ActivityKindSerializer
    queryset = ActivityKind.objects.none()
    ordering = ("code", "id")

    def get_queryset(self) -> QuerySet[ActivityKind]:
        """Limit to kinds in use where the caller has a role."""
        here = cast(User, self.request.user).municipality_ids()
        return ActivityKind.objects.filter(municipality__in=here, is_active=True)


class QuotaView(GenericAPIView[Assignment]):
    """The quota of an assignment's decision."""

    roles = {"GET": ASSIGNMENT_READERS}
    serializer_class = QuotaSerializer

    @extend_schema(parameters=[MonthQuerySerializer])
    def get(self, request: Request, assignment_id: UUID) -> Response:
        """Account for a month, every number with its entries."""
        query = MonthQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        user, now = cast(User, request.user), timezone.now()
        assignment = Assignment.objects.with_decision().visible_to(user, now=now).get_one(assignment_id)
        zone, decision = assignment.municipality.zone, assignment.decision
        month = query.chosen(assignment.municipality.today(now))
        uses = Occasion.objects.uses_of(
            [decision.pk],
            month,
            zone,
            contact_person_id=assignment.contact_person_id,
            seen=Occasion.objects.visible_to(user, now=now),
        )
        return Response(self.get_serializer(quota_of(decision.terms, month, uses[decision.pk])).data)
