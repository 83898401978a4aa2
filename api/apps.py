"""Tells Django of the app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The front door."""

    name = "api"

    def ready(self) -> None:
        """Register what must not go live."""
        from api import checks  # noqa: F401 (needs the settings)
