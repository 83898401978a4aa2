"""Everything periodic, as code. Each task asks the database what is due; running twice is harmless."""

import os
from datetime import timedelta

SWEEP = timedelta(seconds=int(os.environ.get("SWEEP_SECONDS") or 10))
EVERY = {
    "notifications.tasks.sweep_deliveries": SWEEP,
    "notifications.tasks.forget_silent_devices": timedelta(hours=1),
    "expenses.tasks.sweep_receipts": SWEEP,
    "occasions.tasks.remind_before": timedelta(seconds=60),
    "occasions.tasks.fill_series": timedelta(seconds=60),
    "occasions.tasks.remind_unlogged": timedelta(seconds=60),
    "occasions.tasks.remind_unused": timedelta(minutes=30),
    "expenses.tasks.remind_to_follow_up": timedelta(seconds=60),
    "expenses.tasks.remind_missing": timedelta(seconds=60),
    "occasions.tasks.expire_drafts": timedelta(minutes=30),
    "expenses.tasks.expire_drafts": timedelta(minutes=30),
    "expenses.tasks.check_storage": timedelta(seconds=60),
}
