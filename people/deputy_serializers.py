"""How deputies look to coordinators."""

from typing import Any

from rest_framework import serializers

from core.serializers import CommandSerializer, IdField
from people.models import Membership
from people.serializers import PersonSerializer


class DeputySerializer(serializers.ModelSerializer[Membership]):
    """Who coordinates in whose place, from which day to which; not `is_active` once that was taken back."""

    user = PersonSerializer(read_only=True)
    deputy_for = PersonSerializer(read_only=True)

    class Meta:
        model = Membership
        fields = ["id", "municipality", "user", "deputy_for", "first_day", "last_day", "is_active", "version"]


class NameDeputySerializer(CommandSerializer):
    """Somebody by id or by e-mail, and the days."""

    id = IdField(required=False)
    municipality = IdField(required=False)
    user = IdField(required=False)
    email = serializers.EmailField(required=False)
    first_day = serializers.DateField()
    last_day = serializers.DateField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raise ValidationError unless the person is named in just one way."""
        if ("user" in attrs) == ("email" in attrs):
            raise serializers.ValidationError({"user": [serializers.ErrorDetail("user | email", "one_of_two")]})
        return attrs
