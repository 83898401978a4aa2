"""Paths below /api/v1 that are about assignments and decisions."""

from django.urls import path

from assignments import late_write_views, views

urlpatterns = [
    path("assignments", views.AssignmentsView.as_view(), name="assignments"),
    path("assignments/<uuid:assignment_id>", views.AssignmentView.as_view(), name="assignment"),
    path("assignments/<uuid:assignment_id>/nudge", views.NudgeView.as_view(), name="nudge"),
    path("decisions/<uuid:decision_id>/adjustments", views.AdjustmentsView.as_view(), name="adjustments"),
    path("decisions/<uuid:decision_id>/scope-changes", views.ScopeChangesView.as_view(), name="scope-changes"),
    path("late-writes", late_write_views.LateWritesView.as_view(), name="late-writes"),
    path(
        "late-writes/<uuid:late_write_id>/handle",
        late_write_views.HandleLateWriteView.as_view(),
        name="handle-late-write",
    ),
]
