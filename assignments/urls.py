"""Paths below /api/v1 that are about assignments."""

from django.urls import path

from assignments import views

urlpatterns = [
    path("assignments", views.AssignmentsView.as_view(), name="assignments"),
    path("assignments/<uuid:assignment_id>", views.AssignmentView.as_view(), name="assignment"),
]
