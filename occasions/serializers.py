"""How occasions look to the phone."""

from typing import Any, cast

from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assignments.rules import PolicyVersions
from core.serializers import ActionSerializer, ProblemSerializer, UnitsField
from core.text import known_language
from occasions.models import Activity, ActivityKind, Occasion, Outing
from occasions.row_reading import Onlooker, row_of


class ActivitySerializer(serializers.ModelSerializer[Activity]):
    """What was done."""

    kind = serializers.SlugRelatedField[ActivityKind](slug_field="code", read_only=True)

    class Meta:
        model = Activity
        fields = ["kind", "note"]


class OutcomeSerializer(serializers.Serializer[Any]):
    """What follows from an occasion that was cancelled or missed, by the policy."""

    units_used = serializers.BooleanField()
    paid = serializers.BooleanField()
    costs_repaid = serializers.BooleanField()


class OccasionSerializer(serializers.ModelSerializer[Occasion]):
    """An occasion with its activities and what may be done with it now.

    `units` is what it counts as now, `asked_units` what it will count as if the coordinator says yes.
    """

    units = UnitsField(read_only=True)
    asked_units = UnitsField(read_only=True, allow_null=True)
    activities = ActivitySerializer(many=True, read_only=True)
    outcome = OutcomeSerializer(read_only=True, allow_null=True)
    warnings = ProblemSerializer(many=True, read_only=True, help_text="What the policy warns of, once written.")
    allowed_actions = ActionSerializer(many=True, read_only=True)

    class Meta:
        model = Occasion
        fields = [
            "id", "assignment", "outing", "series", "original_day", "starts_at", "ends_at", "place", "title",
            "status", "units", "asked", "asked_units", "units_reason", "answer_reason", "activities", "note",
            "cancelled_by", "cancelled_at", "reason", "skipped_for", "outcome", "warnings", "allowed_actions",
            "version",
        ]  # fmt: skip

    def to_representation(self, occasion: Occasion) -> dict[str, Any]:
        """Show it as `occasions.shapes` says, whose every field is described here."""
        known = cast(dict[str, Any], self.context)
        onlooker = known.setdefault("onlooker", Onlooker(known["request"].user, timezone.now()))
        shape: dict[str, Any] = onlooker.shape(
            row_of(occasion), {occasion.municipality.pk: self.versions_of(occasion)}
        )
        return shape | {"warnings": ProblemSerializer(occasion.warnings, many=True).data}

    def versions_of(self, occasion: Occasion) -> PolicyVersions:
        """Read the policy of each municipality once for a whole list."""
        known: dict[Any, PolicyVersions] = cast(dict[str, Any], self.context).setdefault("policy_versions", {})
        municipality = occasion.municipality.pk
        if municipality not in known:
            known[municipality] = occasion.policy_versions
        return known[municipality]


class OutingSerializer(serializers.ModelSerializer[Outing]):
    """One outing with several clients: an occasion for each."""

    occasions = serializers.SerializerMethodField()

    class Meta:
        model = Outing
        fields = ["id", "occasions", "version"]

    @extend_schema_field(OccasionSerializer(many=True))
    def get_occasions(self, outing: Outing) -> Any:
        """Show those that the caller may see."""
        user = self.context["request"].user
        seen = Occasion.objects.complete().visible_to(user, now=timezone.now()).filter(outing=outing)
        return OccasionSerializer(seen.order_by("created_at", "pk"), many=True, context=self.context).data


class ActivityKindSerializer(serializers.ModelSerializer[ActivityKind]):
    """Something to do."""

    name = serializers.SerializerMethodField()

    class Meta:
        model = ActivityKind
        fields = ["code", "name", "municipality"]

    def get_name(self, kind: ActivityKind) -> str:
        """Say it in the caller's language."""
        return str(getattr(kind, f"name_{known_language(get_language())}"))
