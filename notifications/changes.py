"""What a phone keeps a copy of here."""

from datetime import timedelta

from django.db.models import QuerySet

from core.changes import Scope
from notifications.models import Notification

KEPT = timedelta(days=90)


def changed_notifications(scope: Scope) -> QuerySet[Notification]:
    """Keep those of the last 90 days that a phone has to be sent."""
    return Notification.objects.filter(scope.changed, recipient=scope.user_id, created_at__gte=scope.now - KEPT)
