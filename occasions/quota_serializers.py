"""How quotas, and what planning would do to them, look to the phone."""

from typing import Any, get_args

from rest_framework import serializers

from assignments.judging import Answer
from assignments.models import Decision
from assignments.quota import EntryKind, Quota
from assignments.serializers import ClientSerializer
from core.serializers import ProblemSerializer, UnitsField
from occasions.quota_shapes import quota_totals
from occasions.serializers import OccasionSerializer


class PeriodSerializer(serializers.Serializer[Any]):
    """The days that an account is about, both ends included."""

    kind = serializers.ChoiceField(choices=Decision.Period.choices)
    first_day = serializers.DateField()
    last_day = serializers.DateField()


class QuotaTotalsSerializer(serializers.Serializer[Any]):
    """The numbers of an account, in units.

    `waiting` is in none of the others yet; `carried_on` is what the next period begins with.
    """

    period = PeriodSerializer()
    granted = UnitsField()
    carried_in = UnitsField()
    adjustments = UnitsField()
    used = UnitsField()
    planned = UnitsField()
    remaining = UnitsField()
    waiting = UnitsField()
    carried_on = UnitsField()

    def to_representation(self, quota: Quota) -> dict[str, Any]:
        """Show it as `occasions.quota_shapes` says."""
        return quota_totals(quota)


class EntrySerializer(serializers.Serializer[Any]):
    """One line of the account, with its sentence."""

    kind = serializers.ChoiceField(choices=list(get_args(EntryKind)))
    units = UnitsField()
    on = serializers.DateField()
    occasion = serializers.UUIDField(allow_null=True)
    text = serializers.CharField()


class QuotaSerializer(QuotaTotalsSerializer):
    """The account of a decision and a period, every number with its entries."""

    month = serializers.CharField()
    entries = EntrySerializer(many=True)


class AssignmentQuotaSerializer(serializers.Serializer[Any]):
    """An assignment with the numbers of its decision's account."""

    assignment = serializers.UUIDField()
    client = ClientSerializer()
    quota = QuotaTotalsSerializer()


class PreviewSerializer(serializers.Serializer[Any]):
    """What saving would do: `fits`, `warn`, `ask` (some units wait for the coordinator) or `block`.

    `weight` is what the policy says of such an occasion, `over` how many units too many it would be, `quota` the
    account of its period afterwards, `skip` the planned occasions to send as `skip` for it to fit.
    """

    answer = serializers.ChoiceField(choices=list(get_args(Answer)))
    units = UnitsField()
    asked_units = UnitsField(allow_null=True)
    weight = UnitsField()
    over = UnitsField()
    quota = QuotaTotalsSerializer()
    skip = OccasionSerializer(many=True)
    problem = ProblemSerializer(allow_null=True)
