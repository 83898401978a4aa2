"""How expenses and allowances look to the phone."""

from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.serializers import ActionSerializer, CommandSerializer, IdField, MoneyField
from core.text import known_language
from expenses.models import Expense, ExpenseCategory
from expenses.rules import allowed_actions


class ExpenseSerializer(serializers.ModelSerializer[Expense]):
    """An expense and what may be done with it now."""

    category = serializers.SlugRelatedField[ExpenseCategory](slug_field="code", read_only=True)
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = Expense
        fields = [
            "id", "assignment", "occasion", "category", "claimed_amount", "approved_amount", "spent_on", "receipt",
            "note", "status", "reason", "submitted_at", "decided_at", "allowed_actions", "version",
        ]  # fmt: skip

    @extend_schema_field(ActionSerializer(many=True))
    def get_allowed_actions(self, expense: Expense) -> list[dict[str, Any]]:
        """Tell the app what it may offer, so that it never guesses."""
        obstacles = expense.obstacles(self.context["request"].user, timezone.now())
        return [vars(action) for action in allowed_actions(expense.status, obstacles)]


class EditExpenseSerializer(CommandSerializer):
    """What may be changed of an expense."""

    category = serializers.SlugField(max_length=50, required=False)
    claimed_amount = MoneyField(required=False)
    spent_on = serializers.DateField(required=False)
    occasion = IdField(required=False, allow_null=True)
    receipt = IdField(required=False, allow_null=True)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class ClaimExpenseSerializer(EditExpenseSerializer):
    """What it takes to start a draft."""

    id = IdField(required=False)
    assignment = IdField()
    category = serializers.SlugField(max_length=50)
    claimed_amount = MoneyField()
    spent_on = serializers.DateField()


class SubmitSerializer(CommandSerializer):
    """Submitting says nothing more."""


class ApproveSerializer(CommandSerializer):
    """All that was claimed, or less with a reason."""

    approved_amount = MoneyField(required=False)
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class RefuseSerializer(CommandSerializer):
    """Why it is returned or rejected."""

    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class ExpenseCategorySerializer(serializers.ModelSerializer[ExpenseCategory]):
    """Something that is repaid."""

    name = serializers.SerializerMethodField()

    class Meta:
        model = ExpenseCategory
        fields = ["code", "name", "needs_receipt", "municipality"]

    def get_name(self, category: ExpenseCategory) -> str:
        """Say it in the caller's language."""
        return str(getattr(category, f"name_{known_language(get_language())}"))


class AllowanceSerializer(serializers.Serializer[Any]):
    """The account of an assignment and a month, SEK."""

    month = serializers.CharField()
    granted = MoneyField()
    carried_in = MoneyField()
    approved = MoneyField()
    waiting = MoneyField()
    remaining = MoneyField(min_value=None)
