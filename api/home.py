"""The first screen in one call. It only puts together what the apps answer."""

from datetime import datetime
from itertools import groupby
from typing import Any, cast

from django.db.models import Count
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.models import Assignment
from assignments.serializers import ClientSerializer
from core.periods import Month
from expenses.allowance_serializers import AllowanceSerializer
from expenses.models import Expense, PreApproval
from expenses.services import read_allowances
from notifications.models import Notification
from occasions.books import read_quotas
from occasions.models import Occasion
from occasions.quota_serializers import QuotaTotalsSerializer
from occasions.serializers import OccasionSerializer
from people.models import User
from people.permissions import EVERYBODY

NEXT_OCCASIONS = 5


class HomeAssignmentSerializer(serializers.Serializer[Any]):
    """An own assignment with what is left of units in the present period, and of the allowance in the month."""

    id = serializers.UUIDField()
    client = ClientSerializer()
    quota = QuotaTotalsSerializer()
    allowance = AllowanceSerializer()


class ToDoSerializer(serializers.Serializer[Any]):
    """Something that waits for the caller, and how many of it."""

    kind = serializers.ChoiceField(
        choices=[
            "occasions_unlogged",
            "occasions_waiting",
            "expenses_draft",
            "expenses_returned",
            "expenses_waiting",
            "pre_approvals_waiting",
        ]
    )
    count = serializers.IntegerField()


class HomeSerializer(serializers.Serializer[Any]):
    """The first screen."""

    next_occasions = OccasionSerializer(many=True)
    assignments = HomeAssignmentSerializer(many=True)
    to_do = ToDoSerializer(many=True)
    unread = serializers.IntegerField()


class HomeView(GenericAPIView[Any]):
    """The first screen."""

    roles = {"GET": EVERYBODY}
    serializer_class = HomeSerializer

    @extend_schema(responses=HomeSerializer)
    def get(self, request: Request) -> Response:
        """Next occasions, quota of the present period, allowance of the month, what needs doing, unread."""
        user, now = cast(User, request.user), timezone.now()
        coming = Occasion.objects.complete().own(user, now=now)
        coming = coming.filter(status=Occasion.Status.PLANNED, ends_at__gt=now).order_by("starts_at", "pk")
        home = {
            "next_occasions": coming[:NEXT_OCCASIONS],
            "assignments": list(_assignments(user, now)),
            "to_do": list(_to_do(user, now)),
            "unread": Notification.objects.filter(recipient=user, read_at=None).count(),
        }
        return Response(self.get_serializer(home).data)


def _assignments(user: User, now: datetime) -> Any:
    """Yield the own assignments in force, in a number of queries that depends only on how many municipalities."""
    own = (
        Assignment.objects.with_decision()
        .own(user, now=now)
        .order_by("decision__client__municipality", "first_day", "decision__reference", "pk")
    )
    for municipality, group in groupby(own, key=lambda assignment: assignment.municipality):
        assignments, month = list(group), Month.of(municipality.today(now))
        quotas = read_quotas(assignments, now=now)
        allowances = read_allowances(assignments, month)
        for assignment in assignments:
            yield {
                "id": assignment.pk,
                "client": assignment.decision.client,
                "quota": quotas[assignment.pk],
                "allowance": allowances[assignment.pk],
            }


def _to_do(user: User, now: datetime) -> Any:
    """Yield what waits for the caller, in each of their roles."""
    own = Expense.objects.own(user, now=now).values_list("status").annotate(Count("pk")).order_by()
    expenses = dict(own.filter(status__in=["draft", "returned"]))
    counts = {
        "occasions_unlogged": Occasion.objects.own(user, now=now).unlogged(now).count(),
        "occasions_waiting": Occasion.objects.to_answer(user, now=now).count(),
        "expenses_returned": expenses.get("returned", 0),
        "expenses_draft": expenses.get("draft", 0),
        "expenses_waiting": Expense.objects.waiting_for(user, now=now).count(),
        "pre_approvals_waiting": PreApproval.objects.to_answer(user, now=now).count(),
    }
    for kind, count in counts.items():
        if count:
            yield {"kind": kind, "count": count}
