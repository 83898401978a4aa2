"""Tells Django of the app."""

from django.apps import AppConfig

# Nothing raises their problems yet; loaded here they are listed with the others.
import core.wall_clock  # noqa: F401
import occasions.recurrence  # noqa: F401


class OccasionsConfig(AppConfig):
    """The occasions app."""

    name = "occasions"
