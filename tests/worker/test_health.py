"""Ready tells database, broker, storage and every periodic task; never a trace."""

import socket
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from core.heartbeat import beat
from core.models import Heartbeat
from worker.schedule import EVERY

READY = "/api/health/ready"

pytestmark = pytest.mark.django_db


@pytest.fixture
def beating() -> datetime:
    """Every periodic task has just run."""
    now = timezone.now()
    for task in EVERY:
        Heartbeat.objects.create(task=task, started_at=now, finished_at=now, count=3)
    return now


def not_ready(client: Client) -> dict[str, Any]:
    """Ask, be told no, and return in what."""
    answer = client.get(READY)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert "Traceback" not in answer.content.decode()
    body: dict[str, Any] = answer.json()
    assert body["status"] == "unavailable"
    return body


def test_alive_needs_nothing_but_the_process(client: Client) -> None:
    answer = client.get("/api/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_when_all_of_it_works(client: Client, beating: datetime) -> None:
    answer = client.get(READY)

    assert answer.status_code == 200
    assert "Retry-After" not in answer
    task = {"status": "ok", "finished_at": beating.isoformat(), "count": 3, "error": None}
    assert answer.json() == {
        "status": "ok",
        "database": "ok",
        "broker": "ok",
        "storage": "ok",
        "periodic_tasks": dict.fromkeys(EVERY, task),
    }


@pytest.mark.parametrize("overdue", EVERY)
def test_not_ready_when_a_periodic_task_has_fallen_silent(client: Client, beating: datetime, overdue: str) -> None:
    long_ago = beating - 3 * EVERY[overdue] - timedelta(minutes=1, seconds=1)
    Heartbeat.objects.filter(task=overdue).update(finished_at=long_ago)

    tasks = not_ready(client)["periodic_tasks"]

    assert [name for name, task in tasks.items() if task["status"] != "ok"] == [overdue]


def test_not_ready_before_everything_has_run_once(client: Client) -> None:
    tasks = not_ready(client)["periodic_tasks"]

    assert {name: task["status"] for name, task in tasks.items()} == dict.fromkeys(EVERY, "overdue")


def test_a_task_that_fails_every_time_falls_silent(client: Client, beating: datetime) -> None:
    name = next(iter(EVERY))
    Heartbeat.objects.filter(task=name).update(finished_at=beating - timedelta(hours=1))

    def crash(now: datetime) -> int:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        beat(name, crash)

    told = not_ready(client)["periodic_tasks"][name]
    assert (told["status"], told["error"]) == ("overdue", "RuntimeError")


def test_one_failed_run_is_told_and_alone_takes_nobody_out_of_service(client: Client, beating: datetime) -> None:
    name = next(iter(EVERY))
    Heartbeat.objects.filter(task=name).update(error="OperationalError", failed_at=beating)

    answer = client.get(READY)

    assert answer.status_code == 200
    told = answer.json()["periodic_tasks"]
    assert {task: state["error"] for task, state in told.items() if state["error"]} == {name: "OperationalError"}


@pytest.fixture
def silent_broker() -> Iterator[str]:
    """A broker that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def test_not_ready_without_a_broker(client: Client, beating: datetime, settings: Settings, tmp_path: Path) -> None:
    settings.CELERY_BROKER_URL = f"redis+socket://{tmp_path}/nobody.sock"

    body = not_ready(client)

    assert (body["broker"], body["database"], body["storage"]) == ("unavailable", "ok", "ok")


def test_a_silent_broker_does_not_silence_us(
    client: Client, beating: datetime, settings: Settings, silent_broker: str
) -> None:
    settings.CELERY_BROKER_URL = silent_broker
    started = time.monotonic()

    assert not_ready(client)["broker"] == "unavailable"
    assert time.monotonic() - started < 5


def test_not_ready_without_a_storage(
    client: Client, beating: datetime, settings: Settings, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "a-file"
    in_the_way.touch()
    settings.MEDIA_ROOT = in_the_way / "media"

    body = not_ready(client)

    assert (body["broker"], body["database"], body["storage"]) == ("ok", "ok", "unavailable")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_not_ready_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    database = connections["default"]
    database.close()
    with monkeypatch.context() as patch:
        patch.setitem(database.settings_dict, "HOST", str(tmp_path))

        body = not_ready(client)

        database.close()
    assert (body["broker"], body["database"], body["storage"]) == ("ok", "unavailable", "ok")
    assert body["periodic_tasks"] == {}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_no_metrics_without_a_database(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.METRICS_TOKEN = "a-token-of-at-least-thirty-two-characters"
    database = connections["default"]
    database.close()
    with monkeypatch.context() as patch:
        patch.setitem(database.settings_dict, "HOST", str(tmp_path))

        answer = client.get("/api/metrics", headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"})

        database.close()
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
