"""Paths below /api/v1 that are about people."""

from django.urls import path

from people import views

urlpatterns = [path("me", views.MeView.as_view(), name="me")]
