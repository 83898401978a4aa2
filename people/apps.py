"""Tells Django of the app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The people app."""

    name = "people"
