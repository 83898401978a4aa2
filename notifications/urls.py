"""Paths below /api/v1 that are about notifications."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from notifications import views


class InstallationId(StringConverter):
    """What phones call their installation: a UUID or a Firebase installation id."""

    regex = "[A-Za-z0-9_:-]{8,64}"


register_converter(InstallationId, "installation")

urlpatterns = [
    path("devices/<installation:installation_id>", views.DeviceView.as_view(), name="device"),
    path(
        "notification-preferences",
        views.NotificationPreferencesView.as_view(),
        name="notification-preferences",
    ),
    path("notifications", views.NotificationsView.as_view(), name="notifications"),
    path(
        "notifications/<uuid:notification_id>/read",
        views.ReadNotificationView.as_view(),
        name="read-notification",
    ),
]
