"""What lists of occasions can be filtered by."""

from django_filters import rest_framework as filters

from occasions.models import Occasion


class OccasionFilter(filters.FilterSet):  # type: ignore[misc]
    """`?assignment=&status=&starts_after=&starts_before=`."""

    assignment = filters.UUIDFilter(field_name="assignment")
    starts_after = filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="gte")
    starts_before = filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="lt")

    class Meta:
        model = Occasion
        fields = ["status"]
