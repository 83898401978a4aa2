"""Series of occasions over HTTP."""

from typing import cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from core.views import CommandView
from occasions import previews, series_services
from occasions.filters import SeriesFilter
from occasions.models import READERS, OccasionSeries, OccasionSeriesQuerySet
from occasions.problems import SERIES
from occasions.series_serializers import (
    ChangeSeriesSerializer,
    EndSeriesSerializer,
    PlanSeriesSerializer,
    PreviewSeriesSerializer,
    SeriesPreviewSerializer,
    SeriesSerializer,
)
from people.models import Role, User

CONTACT_PERSON = frozenset({Role.CONTACT_PERSON})


class AllSeriesView(CommandView, ListAPIView[OccasionSeries]):
    """The series that the caller may see, and planning one."""

    commands = {"POST": PlanSeriesSerializer}
    roles = {"GET": READERS, "POST": CONTACT_PERSON}
    problems = {"POST": (*SERIES, "not_found")}
    serializer_class = SeriesSerializer
    queryset = OccasionSeries.objects.none()
    filterset_class = SeriesFilter
    ordering = ("-created_at", "id")

    def get_queryset(self) -> OccasionSeriesQuerySet:
        """Limit to what the caller may see now."""
        user = cast(User, self.request.user)
        return OccasionSeries.objects.complete().visible_to(user, now=timezone.now(), roles=READERS)

    @extend_schema(operation_id="createSeries", responses={201: SeriesSerializer, 200: SeriesSerializer})
    def post(self, request: Request) -> Response:
        """Plan occasions by a rule."""
        series, created = series_services.plan_series(
            user=cast(User, request.user), now=timezone.now(), **self.command(request)
        )
        return self.show(series, created=created)


class SeriesView(CommandView):
    """One series."""

    commands = {"PATCH": ChangeSeriesSerializer}
    roles = {"GET": READERS, "PATCH": CONTACT_PERSON}
    problems = {"PATCH": SERIES}
    serializer_class = SeriesSerializer

    def get(self, request: Request, series_id: UUID) -> Response:
        """Show it."""
        user = cast(User, request.user)
        seen = OccasionSeries.objects.complete().visible_to(user, now=timezone.now(), roles=READERS)
        return self.show(seen.get_one(series_id))

    def patch(self, request: Request, series_id: UUID) -> Response:
        """Change it from a day on; the answer is the series that follows."""
        follows = series_services.change_series(
            user=cast(User, request.user),
            series_id=series_id,
            expected_version=self.expected_version(request),
            now=timezone.now(),
            **self.command(request),
        )
        return self.show(follows)


class EndSeriesView(CommandView):
    """Ending a series."""

    commands = {"POST": EndSeriesSerializer}
    roles = {"POST": CONTACT_PERSON}
    problems = {"POST": ("series_ended", "unknown_day")}
    serializer_class = SeriesSerializer

    def post(self, request: Request, series_id: UUID) -> Response:
        """Cancel what is planned from a day on, and plan no more."""
        series = series_services.end_series(
            user=cast(User, request.user), series_id=series_id, now=timezone.now(), **self.command(request)
        )
        return self.show(series)


class PreviewSeriesView(CommandView):
    """What planning or changing a series would do."""

    commands = {"POST": PreviewSeriesSerializer}
    roles = {"POST": CONTACT_PERSON}
    problems = {"POST": (*SERIES, "not_found")}
    serializer_class = SeriesPreviewSerializer

    def post(self, request: Request) -> Response:
        """List its days and what is in the way of each, without saving."""
        values = self.command(request)
        preview = previews.preview_series if "assignment" in values else previews.preview_series_change
        return self.show(preview(user=cast(User, request.user), now=timezone.now(), **values))
