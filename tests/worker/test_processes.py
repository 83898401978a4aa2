"""Worker and beat as they are started in production."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from core.models import Heartbeat
from notifications.models import Delivery, Notification
from people.models import User
from tests import world
from tests.notifications.calls import tell
from tests.worker.house import House
from worker.celery import app
from worker.schedule import EVERY

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("processes"),
]


def finished() -> set[str]:
    return set(Heartbeat.objects.exclude(finished_at=None).values_list("task", flat=True))


def test_everything_periodic_is_asked_at_once(
    logging_house: House, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "CELERY_BROKER_URL", logging_house.broker_url)
    assert client.get("/api/health/ready").status_code == 503

    logging_house.start_beat()
    logging_house.start_worker()
    # Sooner than the shortest interval: nobody waits for reminders after a restart.
    logging_house.wait_until(lambda: finished() == set(EVERY), seconds=9)

    answer = client.get("/api/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


@pytest.mark.parametrize("options", [(), ("--loglevel", "ERROR")])
def test_without_firebase_the_worker_logs_what_it_would_push(
    options: tuple[str, ...], logging_house: House, karin: User
) -> None:
    world.make_device(karin, fid="fid-of-karins-phone")
    logging_house.start_worker(*options)
    tell(karin, now=timezone.now())

    logging_house.wait_until(lambda: Delivery.objects.get().status == Delivery.Status.SENT)

    log = logging_house.log("worker")
    assert f"push {Notification.objects.get().pk} expense_approved 'Utlägg godkänt'" in log
    assert "fid-of-karins-phone" not in log


def test_a_worker_without_a_broker_waits_for_one(logging_house: House, karin: User) -> None:
    world.make_device(karin)
    logging_house.kill_broker()
    worker = logging_house.start_worker()
    tell(karin, now=timezone.now())  # nobody hears it
    logging_house.wait_until(lambda: "Cannot connect" in logging_house.log("worker"))

    logging_house.start_broker()
    logging_house.start_beat()

    logging_house.wait_until(lambda: Delivery.objects.get().status == Delivery.Status.SENT)
    assert worker.poll() is None


def test_everything_periodic_is_a_task_in_the_queue_of_such() -> None:
    app.loader.import_default_modules()

    for name in EVERY:
        assert name in app.tasks
        assert app.amqp.router.route({}, name)["queue"].name == "periodic"
    for name, queue in (("deliver", "celery"), ("deliver_mails", "mails")):
        assert app.amqp.router.route({}, f"notifications.tasks.{name}")["queue"].name == queue


def test_questions_that_nobody_asked_for_long_are_dropped() -> None:
    for entry in app.conf.beat_schedule.values():
        assert entry["options"]["expires"] == 10 * entry["schedule"].total_seconds()
