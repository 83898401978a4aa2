"""How drafts of occasions look to the phone, which alone knows what is still missing."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.serializers import CommandSerializer, IdField, MomentField, UnitsField
from occasions.commands import MAX_ACTIVITIES
from occasions.models import OccasionDraft


class DraftActivitySerializer(CommandSerializer):
    """An activity as far as it is written."""

    kind = serializers.CharField(max_length=50, allow_blank=True, default="")
    note = serializers.CharField(max_length=500, allow_blank=True, default="")


class SaveDraftSerializer(CommandSerializer):
    """All that is written so far, and of whose occasion."""

    assignment = IdField()
    starts_at = MomentField(required=False, allow_null=True)
    ends_at = MomentField(required=False, allow_null=True)
    place = serializers.CharField(max_length=200, required=False, allow_blank=True)
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    activities = serializers.ListField(child=DraftActivitySerializer(), required=False, max_length=MAX_ACTIVITIES)
    units = UnitsField(required=False, allow_null=True)
    units_reason = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class OccasionDraftSerializer(serializers.ModelSerializer[OccasionDraft]):
    """A draft; its `id` is that of the occasion, planned or to be logged."""

    units = UnitsField(read_only=True, allow_null=True)
    activities = serializers.SerializerMethodField()

    class Meta:
        model = OccasionDraft
        fields = [
            "id", "assignment", "starts_at", "ends_at", "place", "title", "note", "activities", "units",
            "units_reason", "updated_at", "version",
        ]  # fmt: skip

    @extend_schema_field(DraftActivitySerializer(many=True))
    def get_activities(self, draft: OccasionDraft) -> Any:
        """Show them as they were written."""
        return draft.activities
