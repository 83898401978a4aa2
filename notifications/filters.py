"""What the inbox can be filtered by."""

from django_filters import rest_framework as filters

from notifications.models import Notification


class NotificationFilter(filters.FilterSet):  # type: ignore[misc]
    """`?unread=true`."""

    unread = filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")

    class Meta:
        model = Notification
        fields = ["kind"]
