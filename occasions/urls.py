"""Paths below /api/v1 that are about occasions."""

from django.urls import path

from occasions import calendar_views, views

urlpatterns = [
    path("activity-kinds", views.ActivityKindsView.as_view(), name="activity-kinds"),
    path("assignments/<uuid:assignment_id>/quota", views.QuotaView.as_view(), name="quota"),
    path("occasions", views.OccasionsView.as_view(), name="occasions"),
    path("occasions/<uuid:occasion_id>", views.OccasionView.as_view(), name="occasion"),
    path(
        "occasions/<uuid:occasion_id>/complete",
        views.CompleteOccasionView.as_view(),
        name="complete-occasion",
    ),
    path("occasions/<uuid:occasion_id>/cancel", views.CancelOccasionView.as_view(), name="cancel-occasion"),
    path("occasions/<uuid:occasion_id>/no-show", views.NoShowView.as_view(), name="no-show"),
    path("me/calendar-link", calendar_views.CalendarLinkView.as_view(), name="calendar-link"),
    path("calendar/<str:secret>.ics", calendar_views.CalendarView.as_view(), name="calendar"),
]
