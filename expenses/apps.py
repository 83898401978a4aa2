"""Tells Django of the app."""

from django.apps import AppConfig


class ExpensesConfig(AppConfig):
    """The expenses app."""

    name = "expenses"

    def ready(self) -> None:
        """Say what of a notification is asked again when it is sent."""
        from expenses import reminders
        from notifications.subjects import ask_before_sending

        ask_before_sending("expense", reminders.outdated)
