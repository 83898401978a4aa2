"""The second floor: what is written in ten minutes with ModelSerializer, of the same rows as the first one."""

from typing import Any, cast
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assignments.models import Adjustment, Assignment, AssignmentQuerySet, Decision, ScopeChange
from expenses.models import Expense
from notifications.models import Notification
from occasions.models import Activity, Occasion
from people.models import Client, User
from people.permissions import EVERYBODY


class ActivitySerializer(serializers.ModelSerializer[Activity]):
    kind = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)

    class Meta:
        model = Activity
        fields = ["kind", "note"]


class OccasionSerializer(serializers.ModelSerializer[Occasion]):
    activities = ActivitySerializer(many=True, read_only=True)

    class Meta:
        model = Occasion
        fields = [
            "id", "assignment", "outing", "series", "original_day", "starts_at", "ends_at", "place", "title",
            "status", "own_units", "asked", "asked_units", "units_reason", "answer_reason", "activities", "note",
            "cancelled_by", "cancelled_at", "reason", "skipped_for", "version",
        ]  # fmt: skip


class UseSerializer(serializers.ModelSerializer[Occasion]):
    class Meta:
        model = Occasion
        fields = [
            "id", "contact_person", "starts_at", "ends_at", "status", "own_units", "asked_units", "cancelled_by",
            "cancelled_at", "skipped_for",
        ]  # fmt: skip


class AdjustmentSerializer(serializers.ModelSerializer[Adjustment]):
    class Meta:
        model = Adjustment
        fields = ["id", "on", "units", "reason"]


class ScopeChangeSerializer(serializers.ModelSerializer[ScopeChange]):
    class Meta:
        model = ScopeChange
        fields = ["id", "first_day", "units"]


class ClientSerializer(serializers.ModelSerializer[Client]):
    class Meta:
        model = Client
        fields = ["id", "name"]


class SharingSerializer(serializers.ModelSerializer[Assignment]):
    uses = UseSerializer(source="occasions", many=True, read_only=True)

    class Meta:
        model = Assignment
        fields = ["id", "uses"]


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    client = ClientSerializer(read_only=True)
    assignments = SharingSerializer(many=True, read_only=True)
    adjustments = AdjustmentSerializer(many=True, read_only=True)
    scope_changes = ScopeChangeSerializer(many=True, read_only=True)

    class Meta:
        model = Decision
        fields = [
            "id", "client", "kind", "units", "period", "first_day", "last_day", "assignments", "adjustments",
            "scope_changes",
        ]  # fmt: skip


class OutlaySerializer(serializers.ModelSerializer[Expense]):
    class Meta:
        model = Expense
        fields = ["status", "claimed_amount", "approved_amount"]


class AssignmentSerializer(serializers.ModelSerializer[Assignment]):
    decision = DecisionSerializer(read_only=True)

    class Meta:
        model = Assignment
        fields = ["id", "decision", "first_day", "last_day", "allowance"]


class HomeAssignmentSerializer(AssignmentSerializer):
    outlays = OutlaySerializer(many=True, read_only=True)

    class Meta(AssignmentSerializer.Meta):
        fields = [*AssignmentSerializer.Meta.fields, "outlays"]


class PlainHome(APIView):
    """What `GET /home` is made of."""

    roles = {"GET": EVERYBODY}

    def get(self, request: Request) -> Response:
        """Answer it."""
        user, now = cast(User, request.user), timezone.now()
        today = timezone.localdate(now)
        own = Assignment.objects.own(user, now=now)
        outlays = Expense.objects.filter(spent_on__range=(today.replace(day=1), today), mileage_km=None)
        assignments = with_ledger(own).prefetch_related(Prefetch("expenses", outlays, to_attr="outlays"))
        occasions = Occasion.objects.filter(assignment__in=own, status="planned")
        coming = complete(occasions.filter(ends_at__gt=now)).order_by("starts_at", "id")[:5]
        expenses = Expense.objects.filter(assignment__in=own)
        return Response(
            {
                "next_occasions": OccasionSerializer(coming, many=True).data,
                "assignments": HomeAssignmentSerializer(assignments, many=True).data,
                "unread": Notification.objects.filter(recipient=user, read_at=None).count(),
                "unlogged": occasions.filter(ends_at__lte=now).count(),
                "draft": expenses.filter(status="draft").count(),
                "returned": expenses.filter(status="returned").count(),
            }
        )


class PlainOccasions(ListAPIView[Occasion]):
    """What `GET /occasions` is made of."""

    roles = {"GET": EVERYBODY}
    serializer_class = OccasionSerializer
    ordering = ("-starts_at", "id")

    def get_queryset(self) -> QuerySet[Occasion]:
        """Limit to the caller's own."""
        own = Assignment.objects.own(cast(User, self.request.user), now=timezone.now())
        return complete(Occasion.objects.filter(assignment__in=own))


class PlainSync(PlainOccasions):
    """What `GET /sync` is made of, when occasions have changed."""

    ordering = ("id",)  # type: ignore[assignment]

    def filter_queryset(self, queryset: Any) -> Any:
        """Keep what was written by transactions from `since` on."""
        return queryset.filter(changed_in__gte=self.request.query_params["since"])


class PlainQuota(APIView):
    """What `GET /assignments/{id}/quota` is made of."""

    roles = {"GET": EVERYBODY}

    def get(self, request: Request, assignment_id: UUID) -> Response:
        """Answer it."""
        own = Assignment.objects.own(cast(User, request.user), now=timezone.now())
        return Response(AssignmentSerializer(get_object_or_404(with_ledger(own), pk=assignment_id)).data)


def complete(occasions: QuerySet[Occasion]) -> QuerySet[Occasion]:
    """Load what was done with each, in two more queries."""
    return occasions.prefetch_related("activities__kind")


def with_ledger(assignments: AssignmentQuerySet) -> AssignmentQuerySet:
    """Load all that ledgers are computed from."""
    return assignments.select_related("decision__client").prefetch_related(
        "decision__assignments__occasions", "decision__adjustments", "decision__scope_changes"
    )
