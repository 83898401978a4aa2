"""What the inbox can be filtered by."""

from typing import Any

from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from notifications.models import Notification


@extend_schema_field(OpenApiTypes.BOOL)
class TrueOrFalse(filters.TypedChoiceFilter):  # type: ignore[misc]
    """`true` or `false`. Anything else is an error: the usual filter would let it pass and filter nothing."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [(word, word) for word in ("true", "false")]
        super().__init__(choices=choices, coerce=lambda word: word == "true", **kwargs)


class NotificationFilter(filters.FilterSet):  # type: ignore[misc]
    """`?unread=true`."""

    unread = TrueOrFalse(field_name="read_at", lookup_expr="isnull")

    class Meta:
        model = Notification
        fields = ["kind"]
