"""How series look to the phone, and what it sends about them."""

from typing import Any, get_args

from rest_framework import serializers

from assignments.judging import Answer
from core.serializers import CommandSerializer, IdField, MomentField, ProblemSerializer, UnitsField
from occasions.models import OccasionSeries

MAX_RULE = 300
MAX_EXCLUDED = 200


class SeriesSerializer(serializers.ModelSerializer[OccasionSeries]):
    """A series: its rule, the times of its first occasion, and the days that are left out."""

    starts_at = serializers.DateTimeField(read_only=True)
    ends_at = serializers.DateTimeField(read_only=True)
    exclude = serializers.ListField(source="excluded", child=serializers.DateField(), read_only=True)

    class Meta:
        model = OccasionSeries
        fields = [
            "id", "assignment", "rule", "starts_at", "ends_at", "exclude", "last_day", "filled_until",
            "place", "title", "note", "follows", "version",
        ]  # fmt: skip


class DaysField(serializers.ListField):
    """Local days, none of them twice."""

    child = serializers.DateField()

    def to_internal_value(self, data: Any) -> list[Any]:
        """Read them; raise ValidationError for a day that is there twice."""
        days: list[Any] = super().to_internal_value(data)
        if len(days) != len(set(days)):
            raise serializers.ValidationError("exclude", code="twice")
        return days


class ChangeSeriesSerializer(CommandSerializer):
    """What changes from a day of the series on (`from`); times are those of the first occasion that changes."""

    rule = serializers.CharField(max_length=MAX_RULE, required=False)
    starts_at = MomentField(required=False)
    ends_at = MomentField(required=False)
    exclude = DaysField(required=False, max_length=MAX_EXCLUDED)
    place = serializers.CharField(max_length=200, required=False, allow_blank=True)
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)

    def get_fields(self) -> dict[str, Any]:
        """Add the field whose name Python keeps to itself."""
        return super().get_fields() | {"from": serializers.DateField(source="from_day")}


class PlanSeriesSerializer(CommandSerializer):
    """What it takes to plan a series: an RFC 5545 rule with an end, and the times of the first occasion."""

    id = IdField(required=False)
    assignment = IdField()
    rule = serializers.CharField(max_length=MAX_RULE)
    starts_at = MomentField()
    ends_at = MomentField()
    exclude = DaysField(required=False, max_length=MAX_EXCLUDED)
    place = serializers.CharField(max_length=200, required=False, allow_blank=True)
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class EndSeriesSerializer(CommandSerializer):
    """From which day on; today when it is left out."""

    def get_fields(self) -> dict[str, Any]:
        """Add the field whose name Python keeps to itself."""
        return super().get_fields() | {"from": serializers.DateField(source="from_day", required=False)}


class PreviewSeriesSerializer(ChangeSeriesSerializer):
    """What planning a series takes (an `assignment`), or changing one (a `series` and `from`)."""

    assignment = IdField(required=False)
    series = IdField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """Let `from` be left out where a series is planned."""
        return super().get_fields() | {"from": serializers.DateField(source="from_day", required=False)}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what is neither planning nor changing."""
        if ("assignment" in attrs) == ("series" in attrs):
            raise serializers.ValidationError("assignment | series", code="assignment_or_series")
        wanted = ("rule", "starts_at", "ends_at") if "assignment" in attrs else ("from_day",)
        if missing := [name.removesuffix("_day") for name in wanted if name not in attrs]:
            required = serializers.ErrorDetail(", ".join(missing), "required")
            raise serializers.ValidationError({name: [required] for name in missing})
        if "assignment" in attrs and "from_day" in attrs:
            raise serializers.ValidationError({"from": serializers.ErrorDetail("series", "assignment_or_series")})
        return attrs


class PlannedDaySerializer(serializers.Serializer[Any]):
    """A day of the series, what it would count as, and what is in the way of it."""

    day = serializers.DateField()
    starts_at = serializers.DateTimeField(source="occasion.starts_at")
    ends_at = serializers.DateTimeField(source="occasion.ends_at")
    weight = UnitsField()
    units = UnitsField()
    asked_units = UnitsField(allow_null=True)
    answer = serializers.ChoiceField(choices=list(get_args(Answer)))
    problem = ProblemSerializer(allow_null=True)


class SeriesPreviewSerializer(serializers.Serializer[Any]):
    """All days that saving would plan. Those whose answer is `block` have to be sent as `exclude`."""

    rule = serializers.CharField()
    days = PlannedDaySerializer(many=True)
    blocked = serializers.ListField(child=serializers.DateField())
