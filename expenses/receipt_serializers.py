"""How receipts come in, and how they look to the phone."""

from typing import Any

from django.utils.datastructures import MultiValueDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.serializers import CommandSerializer, IdField, MoneyField, ProblemSerializer
from expenses.kinds import HEIC, JPEG, PDF, PNG
from expenses.models import Receipt
from expenses.refusals import refusal_of


class UploadSerializer(CommandSerializer):
    """A receipt on its way in."""

    id = IdField(required=False)
    file = serializers.FileField(allow_empty_file=True)

    def to_internal_value(self, data: Any) -> Any:
        """Read the form; raise ValidationError also for a field given twice, since one would be lost."""
        if not isinstance(data, MultiValueDict):  # no body at all
            return super().to_internal_value(data)
        twice = sorted(name for name, values in data.lists() if len(values) > 1)
        if twice:
            detail = serializers.ErrorDetail("Given more than once.", "repeated_field")
            raise serializers.ValidationError({name: [detail] for name in twice})
        return super().to_internal_value(data.dict())


class AnnounceSerializer(CommandSerializer):
    """A receipt that will be put straight into the bucket."""

    id = IdField(required=False)
    sha256 = serializers.RegexField(r"\A[0-9a-f]{64}\Z", help_text="Of the file, in hex.")
    size = serializers.IntegerField(min_value=1, help_text="Bytes.")
    media_type = serializers.ChoiceField(choices=[JPEG, PNG, HEIC, PDF])


class ConfirmSerializer(CommandSerializer):
    """Confirming says nothing more."""


class SuggestedSerializer(serializers.Serializer[Any]):
    """How likely it is that what was read is right."""

    confidence = serializers.FloatField(min_value=0, max_value=1)


class SuggestedTextSerializer(SuggestedSerializer):
    """A text as it was read."""

    value = serializers.CharField()


class SuggestedAmountSerializer(SuggestedSerializer):
    """An amount as it was read, in the receipt's currency."""

    value = MoneyField()


class SuggestedDateSerializer(SuggestedSerializer):
    """A day as it was read."""

    value = serializers.DateField()


class SuggestionSerializer(serializers.Serializer[Any]):
    """What was read off a receipt; null is what was not found."""

    total = SuggestedAmountSerializer(allow_null=True)
    date = SuggestedDateSerializer(allow_null=True)
    seller = SuggestedTextSerializer(allow_null=True)
    is_card_slip = serializers.BooleanField(help_text="A card terminal's slip, which shows no goods.")


class ReceiptSerializer(serializers.ModelSerializer[Receipt]):
    """A stored receipt. `refusal` is why it was refused, `suggestion` what was read off it.

    Until `read_at` there may still come a suggestion.
    """

    suggestion = serializers.SerializerMethodField()
    refusal = serializers.SerializerMethodField()

    class Meta:
        model = Receipt
        fields = [
            "id", "status", "refusal", "sha256", "media_type", "pages", "suggestion", "read_at", "created_at",
            "version",
        ]  # fmt: skip

    @extend_schema_field(SuggestionSerializer(allow_null=True))
    def get_suggestion(self, receipt: Receipt) -> object:
        """Return total, date and seller, as far as they could be read."""
        return receipt.suggestion

    @extend_schema_field(ProblemSerializer(allow_null=True))
    def get_refusal(self, receipt: Receipt) -> object:
        """Return code and words."""
        return ProblemSerializer(refusal_of(receipt.refusal)).data if receipt.refusal else None


class AddressSerializer(serializers.Serializer[Any]):
    """Where to put a file, and the headers that go with it: no others length, type or checksum are taken."""

    method = serializers.CharField()
    url = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()


class AnnouncedSerializer(ReceiptSerializer):
    """An announced receipt; `upload` is null once the file is there."""

    upload = AddressSerializer(allow_null=True)

    class Meta(ReceiptSerializer.Meta):
        fields = [*ReceiptSerializer.Meta.fields, "upload"]
