"""What lists of occasions can be filtered by."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField

from core.serializers import MomentField
from occasions.models import Occasion, OccasionDraft, OccasionSeries


class MomentQueryField(IsoDateTimeField):  # type: ignore[misc]
    """A moment with its offset from UTC, as in a body."""

    def to_python(self, value: Any) -> datetime | None:
        """Read it. Raise ValidationError for no moment, and for one without an offset."""
        if not value:
            return None
        try:
            moment = parse_datetime(str(value).strip())
        except ValueError:
            moment = None
        if moment is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if moment.tzinfo is None:
            raise ValidationError(MomentField.default_error_messages["offset_required"], code="offset_required")
        try:
            return moment.astimezone(UTC)
        except OverflowError:  # nothing happens so far off
            farthest = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
            return farthest[moment.year == 1]


class MomentFilter(filters.IsoDateTimeFilter):  # type: ignore[misc]
    """Compares with a moment."""

    field_class = MomentQueryField


class OccasionFilter(filters.FilterSet):  # type: ignore[misc]
    """`?assignment=&status=&asked=&starts_after=&starts_before=`; `starts_after` counts in the moment itself."""

    assignment = filters.UUIDFilter(field_name="assignment")
    starts_after = MomentFilter(field_name="starts_at", lookup_expr="gte")
    starts_before = MomentFilter(field_name="starts_at", lookup_expr="lt")

    class Meta:
        model = Occasion
        fields = ["status", "asked"]


class SeriesFilter(filters.FilterSet):  # type: ignore[misc]
    """`?assignment=`."""

    assignment = filters.UUIDFilter(field_name="assignment")

    class Meta:
        model = OccasionSeries
        fields: list[str] = []


class OccasionDraftFilter(filters.FilterSet):  # type: ignore[misc]
    """`?assignment=`."""

    assignment = filters.UUIDFilter(field_name="assignment")

    class Meta:
        model = OccasionDraft
        fields: list[str] = []
