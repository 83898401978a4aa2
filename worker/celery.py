"""The Celery app: the other process."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging
from kombu.transport.redis import Transport

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# A connection that breaks while it is being set up leaves None here and there in kombu. That is a lost
# connection like any other: the worker connects anew, and does not end.
Transport.connection_errors = (*Transport.connection_errors, AttributeError)

app = Celery("tillfalle")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Log as the settings say; Celery would set the level of every logger to that of its own option."""


@beat_init.connect
def catch_up(**_: Any) -> None:
    """Ask every periodic question at once when beat starts, instead of after its first interval."""
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"], **entry.get("options", {}))
