"""How preferences look to the phone."""

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.serializers import CommandSerializer
from core.text import known_language
from notifications.messages import LEADS, Kind, message_of
from notifications.models import NotificationPreference
from notifications.preference_services import CHANNELS, kinds_for

WALL_TIME = "%H:%M"


class KindPreferenceSerializer(serializers.Serializer[Any]):
    """One kind, and whether it comes by each channel. The inbox has all of them."""

    kind = serializers.CharField()
    title = serializers.CharField()
    mandatory = serializers.BooleanField(help_text="It can't be switched off.")
    push = serializers.BooleanField()
    mail = serializers.BooleanField(help_text="Where no phone of the person's has been heard of for 30 days.")


class NotificationPreferenceSerializer(serializers.ModelSerializer[NotificationPreference]):
    """How the person wants to be told of what."""

    quiet_from = serializers.TimeField(format=WALL_TIME, allow_null=True)
    quiet_until = serializers.TimeField(format=WALL_TIME, allow_null=True)
    digest_at = serializers.TimeField(format=WALL_TIME)
    kinds = serializers.SerializerMethodField()

    class Meta:
        model = NotificationPreference
        fields = ["lead_times", "quiet_from", "quiet_until", "time_zone", "digest_at", "kinds", "version"]

    @extend_schema_field(KindPreferenceSerializer(many=True))
    def get_kinds(self, preference: NotificationPreference) -> Any:
        """List the kinds that the person's roles have them told of."""
        language = known_language(get_language())
        shown = []
        for kind in kinds_for(preference.user):
            message = message_of(kind)
            wanted = {str(channel): preference.wants(channel, kind) for channel in sorted(CHANNELS)}
            shown.append(
                {"kind": kind, "title": message.words(language)[0], "mandatory": message.mandatory, **wanted}
            )
        return KindPreferenceSerializer(shown, many=True).data


class SetKindSerializer(CommandSerializer):
    """Whether a kind comes by a channel; what is not named stays as it is."""

    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in Kind])
    push = serializers.BooleanField(required=False)
    mail = serializers.BooleanField(required=False)


class SetPreferencesSerializer(CommandSerializer):
    """What to change; what is not named stays as it is."""

    lead_times = serializers.ListField(
        child=serializers.ChoiceField(choices=[(minutes, str(minutes)) for minutes in LEADS]),
        max_length=len(LEADS),
        required=False,
        help_text="Minutes before an occasion; an empty list for no reminders.",
    )
    quiet_from = serializers.TimeField(input_formats=[WALL_TIME], required=False, allow_null=True)
    quiet_until = serializers.TimeField(input_formats=[WALL_TIME], required=False, allow_null=True)
    time_zone = serializers.CharField(max_length=50, required=False)
    digest_at = serializers.TimeField(
        input_formats=[WALL_TIME], required=False, help_text="When coordinators are told what to follow up."
    )
    kinds = SetKindSerializer(many=True, required=False)

    def validate_lead_times(self, value: list[int]) -> list[int]:
        """Keep each once, the longest first."""
        return sorted(set(value), reverse=True)

    def validate_time_zone(self, value: str) -> str:
        """Refuse what is no zone of IANA's that every machine has: a region's, or UTC."""
        if not (value == "UTC" or ("/" in value and value in available_timezones())):
            raise serializers.ValidationError("Unknown time zone.", "unknown_time_zone")
        return ZoneInfo(value).key

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take quiet hours whole: from and until, different ones or both null."""
        given = [attrs[name] for name in ("quiet_from", "quiet_until") if name in attrs]
        off, on = given == [None, None], None not in given and len(set(given)) == 2
        if given and not (off or on):
            raise serializers.ValidationError("quiet_from and quiet_until", "quiet_hours_whole")
        return attrs
