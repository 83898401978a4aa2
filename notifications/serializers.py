"""How devices and the inbox look to the phone."""

from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.serializers import CommandSerializer
from core.text import known_language
from notifications.messages import Kind, message_of
from notifications.models import Device, Notification

# What an index can hold, and more than Firebase makes.
PRINTABLE_ASCII = r"\A[ -~]+\Z"


class RegisterDeviceSerializer(CommandSerializer):
    """What a phone tells of itself. `token` or `fid`, or both."""

    platform = serializers.ChoiceField(choices=Device.Platform.choices)
    token = serializers.RegexField(PRINTABLE_ASCII, max_length=2048, required=False, default="")
    fid = serializers.RegexField(PRINTABLE_ASCII, max_length=200, required=False, default="")
    locale = serializers.CharField(max_length=20)
    app_version = serializers.CharField(max_length=30)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a phone without an address."""
        if not attrs["token"] and not attrs["fid"]:
            raise serializers.ValidationError("token | fid", code="address_required")
        return attrs


class DeviceSerializer(serializers.ModelSerializer[Device]):
    """A registered phone. Its addresses are not shown again."""

    class Meta:
        model = Device
        fields = ["installation_id", "platform", "locale", "app_version", "version"]


class SubjectSerializer(serializers.Serializer[Any]):
    """What to open: its type and opaque id."""

    type = serializers.CharField()
    id = serializers.UUIDField(allow_null=True)


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    """A row of the inbox."""

    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in Kind])
    title = serializers.SerializerMethodField()
    body = serializers.SerializerMethodField()
    subject = serializers.SerializerMethodField()

    class Meta:
        model = Notification
        fields = ["id", "kind", "title", "body", "subject", "created_at", "read_at", "version"]

    def get_title(self, notification: Notification) -> str:
        """Say it in the caller's language."""
        return self._words(notification)[0]

    def get_body(self, notification: Notification) -> str:
        """Say it in the caller's language."""
        return self._words(notification)[1]

    @extend_schema_field(SubjectSerializer)
    def get_subject(self, notification: Notification) -> dict[str, Any]:
        """Name what it is about."""
        return {"type": notification.subject_type, "id": notification.subject_id}

    def _words(self, notification: Notification) -> tuple[str, str]:
        return message_of(notification.kind).words(known_language(get_language()), notification.lead_minutes)
