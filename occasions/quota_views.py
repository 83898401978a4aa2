"""Quotas over HTTP: of one assignment with every entry, of many without."""

from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.models import READERS, Assignment, AssignmentQuerySet
from assignments.serializers import PeriodQuerySerializer, PeriodsQuerySerializer
from core.periods import Month
from occasions.books import as_seen, read_books, read_quotas
from occasions.models import Occasion
from occasions.quota_serializers import AssignmentQuotaSerializer, QuotaSerializer
from people.models import User


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
        assignment = Assignment.objects.with_decision().visible_to(user, now=now).get_one(assignment_id)
        on = query.validated_data.get("on") or assignment.municipality.today(now)
        book = read_books([assignment.decision])[assignment.decision_id]
        book = as_seen(book, assignment, Occasion.objects.visible_to(user, now=now))
        month = query.given
        quota = book.ledger(on).on(on) if month is None else book.ledger(month.last_day).in_month(month)
        context = {"month": month or Month.of(on)}
        return Response(QuotaSerializer(quota, context=context).data)


class QuotasView(ListAPIView[Assignment]):
    """The quotas of all assignments that the caller may see."""

    roles = {"GET": READERS}
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
