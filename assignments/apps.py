"""Tells Django of the app."""

from django.apps import AppConfig


class AssignmentsConfig(AppConfig):
    """The assignments app."""

    name = "assignments"
