"""How assignments look to the phone."""

from datetime import date
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assignments.models import Adjustment, Assignment, Decision, ScopeChange
from core.errors import InvalidInput
from core.numbers import as_number
from core.periods import Month, two_years_after
from core.serializers import PAGING, CommandSerializer, IdField, QuerySerializer, UnitsField
from core.text import Text
from people.models import Client

FIRST_YEAR, LAST_YEAR = 1900, 2199
MOST_SCOPE = 366
MOST_ADJUSTED = 100


class ClientSerializer(serializers.ModelSerializer[Client]):
    """The client, to those who may know."""

    class Meta:
        model = Client
        fields = ["id", "name"]


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    """What is granted; `units` are those in force today."""

    units = serializers.SerializerMethodField()

    class Meta:
        model = Decision
        fields = ["id", "kind", "units", "period", "first_day", "last_day"]

    @extend_schema_field(UnitsField)
    def get_units(self, decision: Decision) -> int | float:
        """Say how many units a period it grants now."""
        today = decision.client.municipality.today(timezone.now())
        return as_number(decision.scope_on(today).units)


class NudgeSerializer(serializers.Serializer[Any]):
    """When the contact person was asked to look at an assignment."""

    nudged_at = serializers.DateTimeField(source="created_at")


class AssignmentSerializer(serializers.ModelSerializer[Assignment]):
    """An assignment with its client and decision."""

    client = ClientSerializer(source="decision.client", read_only=True)
    decision = DecisionSerializer(read_only=True)

    class Meta:
        model = Assignment
        fields = ["id", "client", "decision", "first_day", "last_day", "version"]


class MonthQuerySerializer(QuerySerializer):
    """`?month=2026-11`; the municipality's present month when it is left out."""

    month = serializers.RegexField(r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$", required=False)

    def chosen(self, today: date) -> Month:
        """Return the month asked for."""
        return self.given or Month.of(today)

    @property
    def given(self) -> Month | None:
        """The month asked for, if any."""
        asked = self.validated_data.get("month")
        return Month.parse(asked) if asked else None


class MonthsQuerySerializer(MonthQuerySerializer):
    """The same of many assignments, page by page."""

    besides = PAGING


class PeriodQuerySerializer(MonthQuerySerializer):
    """`?month=2026-11`, or `?on=2026-11-18` for the period that a day lies in; today's when both are left out."""

    on = serializers.DateField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse both at once, and days of other centuries."""
        if "on" in attrs and "month" in attrs:
            raise serializers.ValidationError({"on": [serializers.ErrorDetail("month | on", "month_or_on")]})
        if "on" in attrs and not FIRST_YEAR <= attrs["on"].year <= LAST_YEAR:
            raise serializers.ValidationError({"on": [serializers.ErrorDetail("1900–2199", "invalid")]})
        return attrs


class MonthTooFar(InvalidInput):
    """Many accounts at once reach no further: each is computed up to the day that is asked about."""

    code = "month_too_far"
    text = Text(sv="Fråga om högst två år framåt.", en="Ask about two years ahead at most.")


class PeriodsQuerySerializer(PeriodQuerySerializer):
    """The same of many assignments, page by page, and at most two years ahead."""

    besides = PAGING

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what lies far ahead. Raise MonthTooFar."""
        attrs = super().validate(attrs)
        month = attrs.get("month")
        day = Month.parse(month).first_day if month else attrs.get("on")
        if day is not None and day > two_years_after(timezone.now().date()):
            raise MonthTooFar(field="month" if month else "on")
        return attrs


class ChangeScopeSerializer(CommandSerializer):
    """From which day a decision grants how many units a period."""

    id = IdField(required=False)
    first_day = serializers.DateField()
    units = UnitsField(min_value=-MOST_SCOPE, max_value=MOST_SCOPE)


class ScopeChangeSerializer(serializers.ModelSerializer[ScopeChange]):
    """A change of what a decision grants."""

    units = UnitsField(read_only=True)

    class Meta:
        model = ScopeChange
        fields = ["id", "decision", "first_day", "units", "version"]


class AdjustUnitsSerializer(CommandSerializer):
    """Units to add (or, negative, to take away) in the period of a day, and why."""

    id = IdField(required=False)
    on = serializers.DateField()
    units = UnitsField(min_value=-MOST_ADJUSTED, max_value=MOST_ADJUSTED)
    reason = serializers.CharField(max_length=1000)


class AdjustmentSerializer(serializers.ModelSerializer[Adjustment]):
    """What a coordinator added or took away."""

    units = UnitsField(read_only=True)

    class Meta:
        model = Adjustment
        fields = ["id", "decision", "on", "units", "reason", "created_at", "version"]
