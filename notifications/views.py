"""Devices and the inbox."""

from typing import cast
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from core.views import CommandView
from notifications import services
from notifications.filters import NotificationFilter
from notifications.models import Notification
from notifications.preference_serializers import NotificationPreferenceSerializer, SetPreferencesSerializer
from notifications.preference_services import preference_of, set_preferences
from notifications.serializers import DeviceSerializer, NotificationSerializer, RegisterDeviceSerializer
from people.models import User
from people.permissions import EVERYBODY


class DeviceView(CommandView):
    """The phone that calls."""

    commands = {"PUT": RegisterDeviceSerializer}
    roles = {"PUT": EVERYBODY, "DELETE": EVERYBODY}
    serializer_class = DeviceSerializer

    @extend_schema(operation_id="registerDevice", responses={200: DeviceSerializer, 201: DeviceSerializer})
    def put(self, request: Request, installation_id: str) -> Response:
        """Register the phone for whoever is signed in."""
        device, created = services.register_device(
            user=cast(User, request.user),
            installation_id=installation_id,
            now=timezone.now(),
            **self.command(request),
        )
        return self.show(device, created=created)

    @extend_schema(operation_id="unregisterDevice", responses={204: None})
    def delete(self, request: Request, installation_id: str) -> Response:
        """Stop pushing to the phone."""
        services.unregister_device(
            user=cast(User, request.user), installation_id=installation_id, now=timezone.now()
        )
        return Response(status=204)


class NotificationsView(ListAPIView[Notification]):
    """The own inbox, newest first."""

    roles = {"GET": EVERYBODY}
    serializer_class = NotificationSerializer
    queryset = Notification.objects.none()
    filterset_class = NotificationFilter
    ordering = ("-created_at", "id")

    def get_queryset(self) -> QuerySet[Notification]:
        """Limit to the caller's own."""
        return Notification.objects.filter(recipient=cast(User, self.request.user))


class ReadNotificationView(CommandView):
    """Reading one."""

    roles = {"POST": EVERYBODY}
    serializer_class = NotificationSerializer

    @extend_schema(request=None)
    def post(self, request: Request, notification_id: UUID) -> Response:
        """Mark as read."""
        notification = services.read_notification(
            user=cast(User, request.user), notification_id=notification_id, now=timezone.now()
        )
        return self.show(notification)


class NotificationPreferencesView(CommandView):
    """How the person wants to be told of what. The language is in `/me`."""

    commands = {"PUT": SetPreferencesSerializer}
    optional_headers = ("If-Match",)
    roles = {"GET": EVERYBODY, "PUT": EVERYBODY}
    problems = {"PUT": ("kind_mandatory",)}
    serializer_class = NotificationPreferenceSerializer

    def get(self, request: Request) -> Response:
        """Show it."""
        return self.show(preference_of(cast(User, request.user)))

    def put(self, request: Request) -> Response:
        """Change what is named."""
        return self.show(
            set_preferences(
                user=cast(User, request.user),
                expected_version=self.seen_version(request),
                **self.command(request),
            )
        )
