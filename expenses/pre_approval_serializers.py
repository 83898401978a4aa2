"""How questions that are asked before money is spent look to the phone."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assignments.standing import lead_obstacle_of
from core.serializers import ActionSerializer, CommandSerializer, IdField, MoneyField
from expenses.asking import allowed_actions
from expenses.models import ExpenseCategory, PreApproval


class PreApprovalSerializer(serializers.ModelSerializer[PreApproval]):
    """A question, its answer, and what may be done with it now."""

    category = serializers.SlugRelatedField[ExpenseCategory](slug_field="code", read_only=True)
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = PreApproval
        fields = [
            "id", "assignment", "category", "amount", "planned_on", "note", "status", "reason", "created_at",
            "answered_at", "allowed_actions", "version",
        ]  # fmt: skip

    @extend_schema_field(ActionSerializer(many=True))
    def get_allowed_actions(self, question: PreApproval) -> list[dict[str, Any]]:
        """Tell the app what it may offer, so that it never guesses."""
        user, now = self.context["request"].user, timezone.now()
        ask = question.assignment.obstacle(user, now=now)
        found = allowed_actions(question.status, ask=ask, answer=lead_obstacle_of(question.assignment, user))
        return [vars(action) for action in found]


class AskFirstSerializer(CommandSerializer):
    """What somebody would like to spend, at most, on what."""

    id = IdField(required=False)
    assignment = IdField()
    category = serializers.SlugField(max_length=50)
    amount = MoneyField()
    planned_on = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class WithdrawSerializer(CommandSerializer):
    """Withdrawing says nothing more."""


class ApprovePreApprovalSerializer(CommandSerializer):
    """A yes, perhaps with a word to it."""

    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class DeclinePreApprovalSerializer(ApprovePreApprovalSerializer):
    """A no, and why."""
