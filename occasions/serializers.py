"""How occasions look to the phone."""

from dataclasses import asdict
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assignments.rules import PolicyVersions
from core.serializers import ActionSerializer, ProblemSerializer, UnitsField, as_number
from core.text import known_language
from occasions.models import Activity, ActivityKind, Occasion, Outing
from occasions.rules import allowed_actions


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

    units = serializers.SerializerMethodField()
    asked_units = UnitsField(read_only=True, allow_null=True)
    activities = ActivitySerializer(many=True, read_only=True)
    outcome = serializers.SerializerMethodField()
    warnings = ProblemSerializer(many=True, read_only=True, help_text="What the policy warns of, once written.")
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = Occasion
        fields = [
            "id", "assignment", "outing", "series", "original_day", "starts_at", "ends_at", "place", "title",
            "status", "units", "asked", "asked_units", "units_reason", "answer_reason", "activities", "note",
            "cancelled_by", "cancelled_at", "reason", "skipped_for", "outcome", "warnings", "allowed_actions",
            "version",
        ]  # fmt: skip

    @extend_schema_field(UnitsField)
    def get_units(self, occasion: Occasion) -> int | float:
        """Say what it counts as."""
        return as_number(occasion.units(self._versions(occasion)))

    @extend_schema_field(OutcomeSerializer(allow_null=True))
    def get_outcome(self, occasion: Occasion) -> dict[str, bool] | None:
        """Say what follows from its being cancelled or missed."""
        outcome = occasion.outcome(self._versions(occasion))
        return None if outcome is None else asdict(outcome)

    @extend_schema_field(ActionSerializer(many=True))
    def get_allowed_actions(self, occasion: Occasion) -> list[dict[str, Any]]:
        """Tell the app what it may offer, so that it never guesses."""
        now = timezone.now()
        actions = allowed_actions(
            status=occasion.status,
            settled=bool(occasion.action_fingerprint),
            skipped=occasion.skipped_for_id is not None,
            asked=occasion.asked,
            starts_at=occasion.starts_at,
            now=now,
            zone=occasion.municipality.zone,
            obstacles=occasion.obstacles(self.context["request"].user, now=now),
        )
        return [vars(action) for action in actions]

    def _versions(self, occasion: Occasion) -> PolicyVersions:
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
