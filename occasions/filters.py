"""What lists of occasions can be filtered by."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField

from core.serializers import MomentField
from occasions.models import Occasion


class MomentQueryField(IsoDateTimeField):  # type: ignore[misc]
    """A moment with its offset from UTC, as in a body."""

    def to_python(self, value: Any) -> datetime | None:
        """Read it. Raise ValidationError for no moment, and for one without an offset."""
        if not value:
            return None
        try:
            moment = parse_datetime(str(value).strip())
            if moment is not None and moment.tzinfo is not None:
                moment = moment.astimezone(UTC)
        except (ValueError, OverflowError):
            moment = None
        if moment is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if moment.tzinfo is None:
            raise ValidationError(MomentField.default_error_messages["offset_required"], code="offset_required")
        return moment


class MomentFilter(filters.IsoDateTimeFilter):  # type: ignore[misc]
    """Compares with a moment."""

    field_class = MomentQueryField


class OccasionFilter(filters.FilterSet):  # type: ignore[misc]
    """`?assignment=&status=&starts_after=&starts_before=`; `starts_after` counts in the moment itself."""

    assignment = filters.UUIDFilter(field_name="assignment")
    starts_after = MomentFilter(field_name="starts_at", lookup_expr="gte")
    starts_before = MomentFilter(field_name="starts_at", lookup_expr="lt")

    class Meta:
        model = Occasion
        fields = ["status"]
