"""How changes look to the phone: the objects of their own calls, without what a clock or another row decides."""

from typing import Any

from rest_framework import serializers

from assignments.serializers import AssignmentSerializer
from core.serializers import PAGING, QuerySerializer
from expenses.pre_approval_serializers import PreApprovalSerializer
from expenses.receipt_serializers import ReceiptSerializer
from expenses.serializers import ExpenseSerializer
from notifications.serializers import NotificationSerializer
from occasions.draft_serializers import OccasionDraftSerializer
from occasions.serializers import OccasionSerializer
from occasions.series_serializers import SeriesSerializer

TYPES = (
    "assignment", "series", "occasion", "receipt", "pre_approval", "expense", "notification", "occasion_draft",
)  # fmt: skip


def _but(fields: Any, *left_out: str) -> list[str]:
    return [name for name in fields if name not in left_out]


class SyncedOccasionSerializer(OccasionSerializer):
    """Describes an occasion as a phone keeps it: `occasions.shapes.stored_occasion`."""

    warnings = None  # type: ignore[assignment]
    allowed_actions = None  # type: ignore[assignment]

    class Meta(OccasionSerializer.Meta):
        fields = _but(OccasionSerializer.Meta.fields, "warnings", "allowed_actions")


class SyncedPreApprovalSerializer(PreApprovalSerializer):
    """A question as a phone keeps it."""

    allowed_actions = None  # type: ignore[assignment]

    class Meta(PreApprovalSerializer.Meta):
        fields = _but(PreApprovalSerializer.Meta.fields, "allowed_actions")


class SyncedExpenseSerializer(ExpenseSerializer):
    """An expense as a phone keeps it."""

    in_hand = None  # type: ignore[assignment]
    first_approval = None  # type: ignore[assignment]
    signals = None  # type: ignore[assignment]
    allowed_actions = None  # type: ignore[assignment]

    class Meta(ExpenseSerializer.Meta):
        fields = _but(ExpenseSerializer.Meta.fields, "in_hand", "first_approval", "signals", "allowed_actions")


class SyncQuerySerializer(QuerySerializer):
    """`?cursor=&limit=`: where the phone stands, and how many objects it wants at a time (50 unless it says)."""

    besides = PAGING


class SyncedChangeSerializer(serializers.Serializer[Any]):
    """Something new or changed: the property that its `type` names holds it, and no other is there."""

    type = serializers.ChoiceField(choices=TYPES)
    id = serializers.UUIDField()
    assignment = AssignmentSerializer(required=False)
    series = SeriesSerializer(required=False)
    occasion = SyncedOccasionSerializer(required=False)
    receipt = ReceiptSerializer(required=False)
    pre_approval = SyncedPreApprovalSerializer(required=False)
    expense = SyncedExpenseSerializer(required=False)
    notification = NotificationSerializer(required=False)
    occasion_draft = OccasionDraftSerializer(required=False)


class SyncedRemovalSerializer(serializers.Serializer[Any]):
    """Something to forget; with an assignment also all that names it."""

    type = serializers.ChoiceField(choices=TYPES)
    id = serializers.UUIDField()


class SyncSerializer(serializers.Serializer[Any]):
    """A page of what changed. While there is more, the next page is asked for at once."""

    changes = SyncedChangeSerializer(many=True)
    removals = SyncedRemovalSerializer(many=True)
    next_cursor = serializers.CharField()
    has_more = serializers.BooleanField()
