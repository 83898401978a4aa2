"""What coordinators send when they decide, and how an expense's history and notes look."""

from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.serializers import CommandSerializer, IdField, MoneyField
from core.text import known_language
from expenses.deciding import Wish
from expenses.models import ExpenseEvent, ExpenseNote
from expenses.reasons import REASONS
from expenses.serializers import ExpenseSerializer
from people.serializers import PersonSerializer

MOST = 200


class RefuseSerializer(CommandSerializer):
    """Why it is returned or rejected: a code of the list, words, or both."""

    reason_code = serializers.CharField(max_length=30, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class ApproveSerializer(RefuseSerializer):
    """All that was claimed, or less for a reason."""

    approved_amount = MoneyField(required=False)


class UndoSerializer(CommandSerializer):
    """Why the decision is taken back, if one says so."""

    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class HandSerializer(CommandSerializer):
    """Taking and releasing say nothing more."""


class TakeNextSerializer(CommandSerializer):
    """How many to have in hand."""

    count = serializers.IntegerField(min_value=1, max_value=MOST)


class DecisionSerializer(ApproveSerializer):
    """A decision on one of many, and the version that was seen."""

    id = IdField()
    version = serializers.IntegerField(min_value=1)
    action = serializers.ChoiceField(choices=["approve", "return", "reject"])

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raise ValidationError for an amount that is not approved."""
        if attrs["action"] != "approve" and "approved_amount" in attrs:
            detail = serializers.ErrorDetail("Only of what is approved.", "unknown_field")
            raise serializers.ValidationError({"approved_amount": detail})
        return attrs


class DecisionsSerializer(CommandSerializer):
    """Many decisions, of which all are made or none."""

    decisions: Any = serializers.ListSerializer(child=DecisionSerializer(), allow_empty=False, max_length=MOST)

    def wishes(self) -> list[tuple[Any, Wish]]:
        """Return which expense is to become what."""
        found = []
        for values in self.validated_data["decisions"]:
            expense_id = values["id"]
            found.append((expense_id, Wish(**{name: value for name, value in values.items() if name != "id"})))
        return found


class ExpensesSerializer(serializers.Serializer[Any]):
    """Expenses that one call was about, in its order."""

    results = ExpenseSerializer(many=True)


class ReasonSerializer(serializers.Serializer[Any]):
    """A reason of the list, in the caller's language."""

    code = serializers.CharField()
    text = serializers.CharField()
    actions = serializers.ListField(child=serializers.CharField(), help_text="For which of approving less, …")


class ReasonsSerializer(serializers.Serializer[Any]):
    """The list of reasons, whole."""

    results = ReasonSerializer(many=True)


def shown_reasons() -> dict[str, Any]:
    """Return the list of reasons in the caller's language."""
    language = known_language(get_language())
    return {
        "results": [
            {"code": code, "text": reason.text.in_language(language), "actions": sorted(reason.fits)}
            for code, reason in REASONS.items()
        ]
    }


class ChangeSerializer(serializers.Serializer[Any]):
    """A field that was edited; also what it was and became, unless it is words."""

    field = serializers.CharField()
    old = serializers.CharField(required=False, allow_null=True)
    new = serializers.CharField(required=False, allow_null=True)


class ExpenseEventSerializer(serializers.ModelSerializer[ExpenseEvent]):
    """One step of an expense."""

    by = PersonSerializer(read_only=True)
    deputy_for = PersonSerializer(read_only=True, allow_null=True)
    from_status = serializers.CharField(read_only=True, help_text="Empty at first.")
    to_status = serializers.CharField(read_only=True)
    changes = serializers.SerializerMethodField()

    class Meta:
        model = ExpenseEvent
        fields = [
            "at", "by", "deputy_for", "action", "from_status", "to_status", "claimed_amount", "approved_amount",
            "reason_code", "reason", "changes",
        ]  # fmt: skip

    @extend_schema_field(ChangeSerializer(many=True))
    def get_changes(self, event: ExpenseEvent) -> Any:
        """Show them as they were written."""
        return event.changes


class ExpenseNoteSerializer(serializers.ModelSerializer[ExpenseNote]):
    """A note between coordinators."""

    by = PersonSerializer(read_only=True)

    class Meta:
        model = ExpenseNote
        fields = ["id", "by", "text", "created_at"]


class AddNoteSerializer(CommandSerializer):
    """What a coordinator has to say to the others."""

    id = IdField(required=False)
    text = serializers.CharField(max_length=1000)
