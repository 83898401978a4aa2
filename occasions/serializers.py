"""How occasions and quotas look to the phone."""

from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assignments.quota import Entry
from core.serializers import ActionSerializer, CommandSerializer, IdField, MomentField, UnitsField
from core.text import known_language
from occasions.models import Activity, ActivityKind, Occasion
from occasions.rules import allowed_actions

MAX_ACTIVITIES = 20


class ActivitySerializer(serializers.ModelSerializer[Activity]):
    """What was done."""

    kind = serializers.SlugRelatedField[ActivityKind](slug_field="code", read_only=True)

    class Meta:
        model = Activity
        fields = ["kind", "note"]


class OccasionSerializer(serializers.ModelSerializer[Occasion]):
    """An occasion with its activities and what may be done with it now."""

    units = UnitsField(read_only=True)
    activities = ActivitySerializer(many=True, read_only=True)
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = Occasion
        fields = [
            "id", "assignment", "starts_at", "ends_at", "place", "title", "status", "units", "activities", "note",
            "cancelled_by", "reason", "allowed_actions", "version",
        ]  # fmt: skip

    @extend_schema_field(ActionSerializer(many=True))
    def get_allowed_actions(self, occasion: Occasion) -> list[dict[str, Any]]:
        """Tell the app what it may offer, so that it never guesses."""
        user, now = self.context["request"].user, timezone.now()
        actions = allowed_actions(
            status=occasion.status,
            settled=bool(occasion.action_fingerprint),
            starts_at=occasion.starts_at,
            now=now,
            zone=occasion.municipality.zone,
            obstacle=occasion.assignment.obstacle(user, now=now),
        )
        return [vars(action) for action in actions]


class GivenActivitySerializer(CommandSerializer):
    """An activity by the code of its kind."""

    kind = serializers.SlugField(max_length=50)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)


class EditOccasionSerializer(CommandSerializer):
    """What may be changed of an occasion."""

    starts_at = MomentField(required=False)
    ends_at = MomentField(required=False)
    place = serializers.CharField(max_length=200, required=False, allow_blank=True)
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    units = UnitsField(required=False)
    activities = serializers.ListField(child=GivenActivitySerializer(), required=False, max_length=MAX_ACTIVITIES)


class PlanOccasionSerializer(EditOccasionSerializer):
    """What it takes to plan an occasion, or to log one afterwards."""

    id = IdField(required=False)
    assignment = IdField()
    starts_at = MomentField()
    ends_at = MomentField()


class CompleteOccasionSerializer(CommandSerializer):
    """How it went; nothing at all means as planned."""

    starts_at = MomentField(required=False)
    ends_at = MomentField(required=False)
    units = UnitsField(required=False)
    activities = serializers.ListField(child=GivenActivitySerializer(), required=False, max_length=MAX_ACTIVITIES)
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class CancelOccasionSerializer(CommandSerializer):
    """Who cancelled, and why."""

    cancelled_by = serializers.ChoiceField(choices=Occasion.CancelledBy.choices)
    reason = serializers.CharField(max_length=1000)


class NoShowSerializer(CommandSerializer):
    """That nobody came: the client, unless something else was in the way."""

    cancelled_by = serializers.ChoiceField(choices=Occasion.CancelledBy.choices, default="client")
    reason = serializers.CharField(max_length=1000, allow_blank=True, default="")


class ActivityKindSerializer(serializers.ModelSerializer[ActivityKind]):
    """Something to do."""

    name = serializers.SerializerMethodField()

    class Meta:
        model = ActivityKind
        fields = ["code", "name", "municipality"]

    def get_name(self, kind: ActivityKind) -> str:
        """Say it in the caller's language."""
        return str(getattr(kind, f"name_{known_language(get_language())}"))


class EntrySerializer(serializers.Serializer[Entry]):
    """One line of the account, with its sentence."""

    kind = serializers.ChoiceField(choices=["granted", "used", "planned", "released"])
    units = UnitsField()
    on = serializers.DateField()
    occasion = serializers.UUIDField(source="occasion_id", allow_null=True)
    text = serializers.SerializerMethodField()

    def get_text(self, entry: Entry) -> str:
        """Say where the number comes from."""
        return entry.sentence(known_language(get_language()))


class QuotaSerializer(serializers.Serializer[Any]):
    """The account of a decision and a month, in units."""

    month = serializers.CharField()
    granted = UnitsField()
    carried_in = UnitsField()
    adjustments = UnitsField()
    used = UnitsField()
    planned = UnitsField()
    remaining = UnitsField()
    entries = EntrySerializer(many=True)
