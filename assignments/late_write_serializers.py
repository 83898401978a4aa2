"""How late writes look to coordinators, and what those say of them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assignments.late_write_services import AlreadyHandled
from assignments.models import LateWrite
from assignments.standing import lead_obstacle_of
from core.serializers import ActionSerializer, CommandSerializer
from people.serializers import PersonSerializer


class LateWriteSerializer(serializers.ModelSerializer[LateWrite]):
    """What a phone had to send about an assignment that had ended: the call that was not made, and by whom."""

    made_by = PersonSerializer(read_only=True)
    body = serializers.DictField(read_only=True, help_text="As that call describes it.")
    handled_by = PersonSerializer(read_only=True, allow_null=True)
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = LateWrite
        fields = [
            "id", "assignment", "made_by", "made_at", "received_at", "method", "path", "body", "handled_at",
            "handled_by", "note", "allowed_actions", "version",
        ]  # fmt: skip

    @extend_schema_field(ActionSerializer(many=True))
    def get_allowed_actions(self, late: LateWrite) -> list[dict[str, Any]]:
        """Tell the app whether to offer handling it."""
        done = AlreadyHandled.code if late.handled_at is not None else None
        code = lead_obstacle_of(late.assignment, self.context["request"].user) or done
        return [{"action": "handle", "allowed": code is None, "code": code}]


class HandleLateWriteSerializer(CommandSerializer):
    """What became of it, for who likes."""

    note = serializers.CharField(max_length=1000, allow_blank=True, default="")
