"""How assignments look to the phone."""

from datetime import date
from typing import Any

from rest_framework import serializers

from assignments.models import Assignment, Decision
from core.periods import Month
from core.serializers import UnitsField
from people.models import Client


class ClientSerializer(serializers.ModelSerializer[Client]):
    """The client, to those who may know."""

    class Meta:
        model = Client
        fields = ["id", "name"]


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    """What was granted."""

    units = UnitsField(read_only=True)

    class Meta:
        model = Decision
        fields = ["id", "units", "period", "first_day", "last_day"]


class AssignmentSerializer(serializers.ModelSerializer[Assignment]):
    """An assignment with its client and decision."""

    client = ClientSerializer(source="decision.client", read_only=True)
    decision = DecisionSerializer(read_only=True)

    class Meta:
        model = Assignment
        fields = ["id", "client", "decision", "first_day", "last_day", "version"]


class MonthQuerySerializer(serializers.Serializer[Any]):
    """`?month=2026-11`; the municipality's present month when it is left out."""

    month = serializers.RegexField(r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$", required=False)

    def chosen(self, today: date) -> Month:
        """Return the month asked for."""
        asked = self.validated_data.get("month")
        return Month.parse(asked) if asked else Month.of(today)
