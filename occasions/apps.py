"""Tells Django of the app."""

from django.apps import AppConfig


class OccasionsConfig(AppConfig):
    """The occasions app."""

    name = "occasions"
