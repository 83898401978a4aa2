"""Everything periodic, as code. Each task asks the database what is due; running twice is harmless."""

from datetime import timedelta

EVERY = {
    "notifications.tasks.sweep_deliveries": timedelta(seconds=10),
    "occasions.tasks.remind_before": timedelta(seconds=60),
    "occasions.tasks.remind_unlogged": timedelta(seconds=60),
    "expenses.tasks.remind_waiting": timedelta(seconds=60),
}
