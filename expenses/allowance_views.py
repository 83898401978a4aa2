"""Allowances over HTTP: of one assignment, and of all."""

from collections import defaultdict
from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.models import Assignment, AssignmentQuerySet
from assignments.serializers import MonthQuerySerializer, MonthsQuerySerializer
from expenses import services
from expenses.allowance import Allowance
from expenses.allowance_serializers import AllowanceSerializer, AssignmentAllowanceSerializer
from expenses.models import READERS
from people.models import User


class AllowanceView(GenericAPIView[Assignment]):
    """The allowance of an assignment."""

    roles = {"GET": READERS}
    serializer_class = AllowanceSerializer

    @extend_schema(parameters=[MonthQuerySerializer])
    def get(self, request: Request, assignment_id: UUID) -> Response:
        """Account for a month."""
        query = MonthQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        user, now = cast(User, request.user), timezone.now()
        visible = Assignment.objects.with_decision().visible_to(user, now=now, roles=READERS)
        assignment = visible.get_one(assignment_id)
        month = query.chosen(assignment.municipality.today(now))
        allowance = services.read_allowances([assignment], month)[assignment.pk]
        return Response(self.get_serializer(allowance).data)


class AllowancesView(ListAPIView[Assignment]):
    """The allowances of all assignments that the caller may see."""

    roles = {"GET": READERS}
    serializer_class = AssignmentAllowanceSerializer
    queryset = Assignment.objects.none()
    ordering = ("-first_day", "id")

    def get_queryset(self) -> AssignmentQuerySet:
        """Limit to what the caller may see now."""
        user = cast(User, self.request.user)
        return Assignment.objects.with_decision().visible_to(user, now=timezone.now(), roles=READERS)

    def filter_queryset(self, queryset: Any) -> Any:
        """Leave `month` to `get`: it filters no rows."""
        return queryset

    @extend_schema(parameters=[MonthsQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Account for a month of each: each municipality's present one when it is left out."""
        query = MonthsQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = self.paginate_queryset(self.get_queryset()) or []
        months, now = defaultdict(list), timezone.now()
        for one in page:
            months[query.chosen(one.municipality.today(now))].append(one)
        allowances = dict[UUID, Allowance]()
        for month, assignments in months.items():
            allowances |= services.read_allowances(assignments, month)
        rows = [
            {"assignment": one.pk, "client": one.decision.client, "allowance": allowances[one.pk]} for one in page
        ]
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)
