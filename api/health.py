"""Is it alive, and does all of it work?"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from kombu import Connection

from core.heartbeat import states_of_tasks

logger = logging.getLogger(__name__)


@csrf_exempt
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as the process answers at all."""
    return JsonResponse({"status": "ok"})


@csrf_exempt
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, broker, storage and every periodic task work, else 503 and which do not."""
    checks: dict[str, Any] = {
        "database": _try(_database),
        "broker": _try(_broker),
        "storage": _try(_storage),
    }
    tasks: dict[str, Any] = _tasks(timezone.now()) if checks["database"] == "ok" else {}
    good = all(state == "ok" for state in checks.values()) and all(t["status"] == "ok" for t in tasks.values())
    body = {"status": "ok" if good else "unavailable", **checks, "periodic_tasks": tasks}
    return JsonResponse(body, status=200 if good else 503, headers={} if good else {"Retry-After": "5"})


def _try(check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:
        logger.warning("Not ready: %s: %s", check.__name__, type(error).__name__)
        return "unavailable"
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> None:
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS | {"socket_timeout": 2}
    with Connection(settings.CELERY_BROKER_URL, transport_options=options) as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
        broker.default_channel.client.ping()  # type: ignore[attr-defined]


def _storage() -> None:
    name = default_storage.save("health/probe", ContentFile(b"ok"))
    default_storage.delete(name)


def _tasks(now: datetime) -> dict[str, Any]:
    """Tell each periodic task's last run. One that failed is told as such, and counts when it is overdue."""
    return {
        state.task: {
            "status": "overdue" if state.is_overdue else "ok",
            "finished_at": state.finished_at.isoformat() if state.finished_at else None,
            "count": state.count,
            "error": state.error or None,
        }
        for state in states_of_tasks(now)
    }
