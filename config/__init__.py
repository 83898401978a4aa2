"""Settings and start-up. Loads the Celery app, so that tasks called from the web find the broker."""

from worker.celery import app as celery_app

__all__ = ["celery_app"]
