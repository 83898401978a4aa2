"""How what there is to follow up looks to a coordinator."""

from typing import Any

from rest_framework import serializers

from assignments.serializers import ClientSerializer
from core.serializers import UnitsField


class FollowUpSerializer(serializers.Serializer[Any]):
    """A decision that somebody should look after, and why.

    `used` of what was `granted` lately says how far it is carried out; null when it is not judged.
    """

    id = serializers.UUIDField(help_text="The decision's.")
    client = ClientSerializer()
    assignments = serializers.ListField(child=serializers.UUIDField(), help_text="Those in force.")
    unmet = serializers.BooleanField(help_text="Nobody has met the client for too long.")
    last_met_on = serializers.DateField(allow_null=True)
    behind = serializers.BooleanField(help_text="Too little was used of what was granted.")
    used = UnitsField(source="share.used", allow_null=True)
    granted = UnitsField(source="share.granted", allow_null=True)
