"""Quotas over HTTP: of one assignment with every entry, of many without."""

from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.models import READERS, Assignment, AssignmentQuerySet
from assignments.serializers import PeriodQuerySerializer, PeriodsQuerySerializer
from core.errors import NotYours
from core.periods import Month, local_date
from core.prepared import blank
from core.text import known_language
from occasions.account_reading import Reading
from occasions.books import read_quotas
from occasions.quota_serializers import AssignmentQuotaSerializer, QuotaSerializer
from occasions.quota_shapes import quota_with_entries
from people.models import User
from people.standing_in import NOW

ID = blank(UUID, 51)


class QuotaView(GenericAPIView[Assignment]):
    """The quota of an assignment's decision."""

    roles = {"GET": READERS}
    serializer_class = QuotaSerializer

    @extend_schema(parameters=[PeriodQuerySerializer])
    def get(self, request: Request, assignment_id: UUID) -> Response:
        """Account for a month or a period, every number with its entries."""
        query = PeriodQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        user, now = cast(User, request.user), timezone.now()
        month, on = query.given, query.validated_data.get("on")
        held, *_ = Reading(
            "one", _one, Assignment.objects.filter(pk=ID), user, now, {ID: assignment_id}, month, on
        ).read()
        if not held:
            raise NotYours
        quota = held[0].quota(now, month, on)
        month = month or Month.of(on or local_date(now, held[0].row.zone))
        return Response(quota_with_entries(quota, month, known_language(get_language())))


def _one(user: User) -> AssignmentQuerySet:
    return Assignment.objects.visible_to(user, now=NOW).filter(pk=ID)


class QuotasView(ListAPIView[Assignment]):
    """The quotas of all assignments that the caller may see."""

    roles = {"GET": READERS}
    problems = {"GET": ("month_too_far",)}
    serializer_class = AssignmentQuotaSerializer
    queryset = Assignment.objects.none()
    ordering = ("-first_day", "id")

    def get_queryset(self) -> AssignmentQuerySet:
        """Limit to what the caller may see now."""
        return Assignment.objects.with_decision().visible_to(cast(User, self.request.user), now=timezone.now())

    def filter_queryset(self, queryset: Any) -> Any:
        """Leave `month` and `on` to `list`: they filter no rows."""
        return queryset

    @extend_schema(parameters=[PeriodsQuerySerializer])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Account for a month of each, or for the period of a day: of today when both are left out."""
        query = PeriodsQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = self.paginate_queryset(self.get_queryset()) or []
        on = query.validated_data.get("on")
        quotas = read_quotas(page, now=timezone.now(), month=query.given, on=on)
        rows = [{"assignment": one.pk, "client": one.decision.client, "quota": quotas[one.pk]} for one in page]
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)
