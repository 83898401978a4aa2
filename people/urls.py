"""Paths below /api/v1 that are about people."""

from django.urls import path

from people import deputy_views, views

urlpatterns = [
    path("me", views.MeView.as_view(), name="me"),
    path("deputies", deputy_views.DeputiesView.as_view(), name="deputies"),
    path("deputies/<uuid:deputy_id>", deputy_views.DeputyView.as_view(), name="deputy"),
]
