"""Paths below /api/v1 that are about occasions."""

from django.urls import path

from occasions import calendar_views, draft_views, follow_up_views, quota_views, series_views, views

urlpatterns = [
    path("activity-kinds", views.ActivityKindsView.as_view(), name="activity-kinds"),
    path("assignments/<uuid:assignment_id>/quota", quota_views.QuotaView.as_view(), name="quota"),
    path("quotas", quota_views.QuotasView.as_view(), name="quotas"),
    path("follow-up", follow_up_views.FollowUpView.as_view(), name="follow-up"),
    path("occasions", views.OccasionsView.as_view(), name="occasions"),
    path("occasions/preview", views.PreviewOccasionView.as_view(), name="preview-occasion"),
    path("occasions/<uuid:occasion_id>", views.OccasionView.as_view(), name="occasion"),
    path(
        "occasions/<uuid:occasion_id>/complete",
        views.CompleteOccasionView.as_view(),
        name="complete-occasion",
    ),
    path("occasions/<uuid:occasion_id>/cancel", views.CancelOccasionView.as_view(), name="cancel-occasion"),
    path("occasions/<uuid:occasion_id>/no-show", views.NoShowView.as_view(), name="no-show"),
    path("occasions/<uuid:occasion_id>/restore", views.RestoreOccasionView.as_view(), name="restore-occasion"),
    path("occasions/<uuid:occasion_id>/approve", views.ApproveOccasionView.as_view(), name="approve-occasion"),
    path("occasions/<uuid:occasion_id>/decline", views.DeclineOccasionView.as_view(), name="decline-occasion"),
    path("occasion-drafts", draft_views.OccasionDraftsView.as_view(), name="occasion-drafts"),
    path("occasion-drafts/<uuid:occasion_id>", draft_views.OccasionDraftView.as_view(), name="occasion-draft"),
    path("occasion-series", series_views.AllSeriesView.as_view(), name="all-series"),
    path("occasion-series/preview", series_views.PreviewSeriesView.as_view(), name="preview-series"),
    path("occasion-series/<uuid:series_id>", series_views.SeriesView.as_view(), name="series"),
    path("occasion-series/<uuid:series_id>/end", series_views.EndSeriesView.as_view(), name="end-series"),
    path("outings", views.OutingsView.as_view(), name="outings"),
    path("outings/<uuid:outing_id>", views.OutingView.as_view(), name="outing"),
    path("me/calendar-link", calendar_views.CalendarLinkView.as_view(), name="calendar-link"),
    path("calendar/<str:secret>.ics", calendar_views.CalendarView.as_view(), name="calendar"),
]
