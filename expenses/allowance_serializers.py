"""How allowances look to the phone."""

from typing import Any

from rest_framework import serializers

from assignments.serializers import ClientSerializer
from core.serializers import MoneyField


class AllowanceSerializer(serializers.Serializer[Any]):
    """The account of an assignment and a month, SEK."""

    month = serializers.CharField()
    granted = MoneyField()
    carried_in = MoneyField()
    approved = MoneyField()
    waiting = MoneyField()
    remaining = MoneyField(min_value=None)


class AssignmentAllowanceSerializer(serializers.Serializer[Any]):
    """An assignment with its account."""

    assignment = serializers.UUIDField()
    client = ClientSerializer()
    allowance = AllowanceSerializer()
