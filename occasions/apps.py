"""Tells Django of the app."""

from django.apps import AppConfig


class OccasionsConfig(AppConfig):
    """The occasions app."""

    name = "occasions"

    def ready(self) -> None:
        """Say what of a reminder is asked again when it is sent."""
        from notifications.subjects import ask_before_sending, ask_for_clocks
        from occasions import draft_expiry, reminders, unused_reminders

        ask_before_sending("occasion", reminders.outdated)
        ask_for_clocks("occasion", reminders.clocks)
        ask_before_sending("assignment", unused_reminders.outdated)
        ask_before_sending(draft_expiry.SUBJECT, draft_expiry.outdated)
