"""Tells Django of the app."""

from django.apps import AppConfig


class ExpensesConfig(AppConfig):
    """The expenses app."""

    name = "expenses"
