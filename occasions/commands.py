"""What phones send about occasions."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from core.serializers import CommandSerializer, IdField, MomentField, UnitsField
from occasions.models import Occasion

MAX_ACTIVITIES = 20
MAX_SKIPPED = 10
MAX_SIBLINGS = 10
FIRST_YEAR = 1970


class GivenActivitySerializer(CommandSerializer):
    """An activity by the code of its kind."""

    kind = serializers.SlugField(max_length=50)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)


class AskingSerializer(CommandSerializer):
    """Units other than an occasion weighs, and why."""

    units = UnitsField(required=False)
    units_reason = serializers.CharField(max_length=1000, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a reason for nothing."""
        if "units_reason" in attrs and "units" not in attrs:
            raise serializers.ValidationError({"units": serializers.ErrorDetail("units_reason", "required")})
        return attrs


class EditOccasionSerializer(AskingSerializer):
    """What may be changed of an occasion; `skip` names planned ones that make room for it."""

    starts_at = MomentField(required=False)
    ends_at = MomentField(required=False)
    place = serializers.CharField(max_length=200, required=False, allow_blank=True)
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    activities = serializers.ListField(child=GivenActivitySerializer(), required=False, max_length=MAX_ACTIVITIES)
    skip = serializers.ListField(child=IdField(), required=False, max_length=MAX_SKIPPED)


class PlanOccasionSerializer(EditOccasionSerializer):
    """What it takes to plan an occasion, or to log one afterwards."""

    id = IdField(required=False)
    assignment = IdField()
    starts_at = MomentField()
    ends_at = MomentField()


class PreviewOccasionSerializer(EditOccasionSerializer):
    """What planning takes (an `assignment` and times), or editing (an `occasion` and what changes)."""

    assignment = IdField(required=False)
    occasion = IdField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what is neither planning nor editing."""
        attrs = super().validate(attrs)
        if ("assignment" in attrs) == ("occasion" in attrs):
            raise serializers.ValidationError("assignment | occasion", code="assignment_or_occasion")
        missing = [name for name in ("starts_at", "ends_at") if "assignment" in attrs and name not in attrs]
        if missing:
            required = serializers.ErrorDetail("starts_at, ends_at", "required")
            raise serializers.ValidationError(dict.fromkeys(missing, required))
        return attrs


class SiblingSerializer(AskingSerializer):
    """The part of an outing that is one client's."""

    id = IdField(required=False)
    assignment = IdField()


class PlanOutingSerializer(CommandSerializer):
    """What it takes to plan, or to log, one outing with several clients."""

    id = IdField(required=False)
    occasions = serializers.ListField(child=SiblingSerializer(), min_length=2, max_length=MAX_SIBLINGS)
    starts_at = MomentField()
    ends_at = MomentField()
    place = serializers.CharField(max_length=200, required=False, allow_blank=True)
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    activities = serializers.ListField(child=GivenActivitySerializer(), required=False, max_length=MAX_ACTIVITIES)

    def validate_occasions(self, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse the same assignment, or the same id, twice."""
        for name in ("assignment", "id"):
            named = [one[name] for one in given if name in one]
            if len(named) != len(set(named)):
                raise serializers.ValidationError(name, code="twice")
        return given

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse ids of occasions alone: the call could not be repeated."""
        if "id" not in attrs and any("id" in one for one in attrs["occasions"]):
            raise serializers.ValidationError({"id": serializers.ErrorDetail("occasions/id", "required")})
        return attrs


class CompleteOccasionSerializer(AskingSerializer):
    """How it went; nothing at all means as planned."""

    starts_at = MomentField(required=False)
    ends_at = MomentField(required=False)
    activities = serializers.ListField(child=GivenActivitySerializer(), required=False, max_length=MAX_ACTIVITIES)
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class CancelOccasionSerializer(CommandSerializer):
    """Who cancelled, why, and when if it was not just now."""

    cancelled_by = serializers.ChoiceField(choices=Occasion.CancelledBy.choices)
    reason = serializers.CharField(max_length=1000)
    cancelled_at = MomentField(required=False)

    def validate_cancelled_at(self, cancelled_at: datetime) -> datetime:
        """Refuse what no clock shows: one that was lost counts from 1970."""
        if cancelled_at.year < FIRST_YEAR:
            raise serializers.ValidationError(f"{FIRST_YEAR}–", "min_value")
        return cancelled_at


class NoShowSerializer(CommandSerializer):
    """That nobody came: the client, unless something else was in the way."""

    cancelled_by = serializers.ChoiceField(choices=Occasion.CancelledBy.choices, default="client")
    reason = serializers.CharField(max_length=1000, allow_blank=True, default="")


class RestoreOccasionSerializer(CommandSerializer):
    """Nothing has to be said."""


class ApproveOccasionSerializer(CommandSerializer):
    """A word on the way, for who likes."""

    reason = serializers.CharField(max_length=1000, allow_blank=True, default="")


class DeclineOccasionSerializer(CommandSerializer):
    """Why not."""

    reason = serializers.CharField(max_length=1000)
