"""The measurements of `make bench-push`, once Django knows its servers."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import cast
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from firebase_admin import messaging

from benchmarks.progress import say
from benchmarks.push_house import Double, Worker, wait_until
from notifications import delivery, fcm, outbox, tasks
from notifications.messages import Kind
from notifications.models import Delivery, Device, Notification
from people.models import User
from worker.celery import app

MESSAGES = int(os.environ.get("MESSAGES") or 3_000)  # a run
ROUNDS = int(os.environ.get("ROUNDS") or 3)
MEMORY_MESSAGES = int(os.environ.get("MEMORY_MESSAGES") or 10_000)
PROCESSES = int(os.environ.get("PROCESSES") or os.cpu_count() or 1)  # of a worker: what Celery takes by default
WAITING = int(os.environ.get("WAITING") or 1_000_000)
SENT = 100_000
PHONES = 1_000
CHUNKS = (100, 500)  # send_each takes up to 500, and is not always fastest with most
SWEEPS = 50
PUSH = Delivery.Channel.PUSH

FILL = """
INSERT INTO notifications_delivery (id, version, created_at, updated_at, notification_id, device_id, status,
    attempts, next_try_at, sent_at, provider_message_id, error_code)
SELECT gen_random_uuid(), 1, now(), now(), told.id, phone.id, %(status)s, 0,
    now() + (1 + random()) * interval '1 day', CASE WHEN %(is_sent)s THEN now() END, '', ''
FROM notifications_notification AS told JOIN notifications_device AS phone ON phone.user_id <> told.recipient_id
WHERE told.id IN (SELECT id FROM notifications_notification ORDER BY id LIMIT %(count)s / %(phones)s + 1)
LIMIT %(count)s
ON CONFLICT DO NOTHING
"""


class Bench:
    """The phones, and what became of what they were sent."""

    def __init__(self, folder: Path, double: Double) -> None:
        """Make users with a phone each."""
        self._folder, self._double = folder, double
        users = [User(email=f"user{number}@bench.example") for number in range(PHONES)]
        self._phones = [Device(installation_id=str(uuid4()), user=user, fid=str(uuid4())) for user in users]
        User.objects.bulk_create(users)
        Device.objects.bulk_create(self._phones)
        self._lost = self._repeated = 0
        self._processor: list[float] = []

    def measure(self) -> dict[str, object]:
        """Return all figures by name."""
        empty_ms = sweep_ms()
        floors, pipelines, ones, twos = zip(*[self._round(number) for number in range(ROUNDS)], strict=True)
        tenth_mb, peak_mb = self._watch()
        fill()
        full_ms = sweep_ms()
        say("\n".join(plans()))
        return {
            "pipeline_vs_send_each": ratio(pipelines, floors),
            "two_workers_vs_one": ratio(twos, ones),
            "sweep_growth": round(full_ms / empty_ms, 2),
            "messages_per_second": round(median(pipelines)),
            "lost": self._lost,
            "repeated": self._repeated,
            "pipeline_vs_send_each_in_processor_time": round(median(self._processor), 2),
            "send_each_per_second": round(median(floors)),
            "one_worker_of_one_process_per_second": round(median(ones)),
            "two_workers_of_one_process_per_second": round(median(twos)),
            "worker_processes": PROCESSES,
            "push_threads": settings.PUSH_THREADS,
            "processors": os.cpu_count() or 0,
            "memory_messages": MEMORY_MESSAGES,
            "memory_mb_peak_of_first_tenth": round(tenth_mb, 1),
            "memory_mb_peak": round(peak_mb, 1),
            "waiting": WAITING,
            "sweep_ms_empty": round(empty_ms, 2),
            "sweep_ms_full": round(full_ms, 2),
        }

    def _round(self, number: int) -> tuple[float, float, float, float]:
        """Return how many messages a second send_each, a worker, and one and two of one process each send."""
        with self._workers(PROCESSES) as worker:
            self._queue(MESSAGES)
            began = time.process_time()
            floor = self._send_each()
            floor_seconds = (time.process_time() - began) / len(CHUNKS)
            began = worker.processor_seconds()
            whole = self._pipeline()
            self._processor.append(floor_seconds / (worker.processor_seconds() - began))
        with self._workers(1):
            self._queue(MESSAGES)
            one = self._pipeline()
            with self._workers(1):
                self._queue(MESSAGES)
                two = self._pipeline()
        say(
            f"Round {number + 1} of {ROUNDS}, messages a second: send_each {floor:.0f}, a worker of {PROCESSES} "
            f"processes {whole:.0f}, of one process {one:.0f}, two of these {two:.0f}"
        )
        return floor, whole, one, two

    @contextmanager
    def _workers(self, processes: int) -> Iterator[Worker]:
        """Run one more worker, that has its connections and a token already."""
        worker = Worker(self._folder, processes=processes)
        self._queue(600 * processes)
        self._pipeline()
        yield worker
        worker.stop()

    def _queue(self, count: int) -> None:
        """Let so many deliveries be due, when nobody is called any more."""
        wait_until(lambda: not app.control.purge(), "the last bells")
        now = timezone.now()
        for begin in range(0, count, PHONES):
            phones = self._phones[: count - begin]
            told = Notification.objects.bulk_create(
                Notification(
                    recipient=phone.user,
                    kind=Kind.EXPENSE_APPROVED,
                    subject_type="expense",
                    subject_id=uuid4(),
                    dedup_key=str(uuid4()),
                    expires_at=now + timedelta(days=1),
                )
                for phone in phones
            )
            Delivery.objects.bulk_create(
                Delivery(notification=one, device=phone, next_try_at=now)
                for one, phone in zip(told, phones, strict=True)
            )

    def _send_each(self) -> float:
        """Send what is due with send_each alone, from messages made beforehand; the rows stay as they are."""
        sender, now = fcm.get_sender(), timezone.now()
        app = sender._app()  # type: ignore[attr-defined] # its client is the one that the worker has
        claimed = outbox.claim(now, channel=PUSH, limit=MESSAGES)
        outbox.give_back(claimed, now)
        messages = [fcm.build_message(cast(fcm.Push, delivery._message(one)), now=now) for one in claimed]
        messaging.send(messages[0], app=app)
        speeds = []
        for chunk in CHUNKS:
            messaging.send_each(messages[:chunk], app=app)
            began = time.perf_counter()
            for begin in range(0, len(messages), chunk):
                if messaging.send_each(messages[begin : begin + chunk], app=app).failure_count:
                    raise RuntimeError("the double refused a message")
            speeds.append(len(messages) / (time.perf_counter() - began))
        self._double.counts()
        return max(speeds)

    def _pipeline(self, watch: Callable[[], object] = lambda: None) -> float:
        """Ring as the sweep does, wait until all that is due is sent, and return how many a second that were."""
        began, count = timezone.now(), outbox.count_due(timezone.now())[PUSH]
        tasks.sweep_deliveries()
        wait_until(lambda: (watch(), not open_deliveries().exists())[1], f"{count} deliveries", 60 + count / 50)
        last = Delivery.objects.filter(sent_at__gte=began).latest("sent_at").sent_at
        came, repeated = self._double.counts()
        self._lost += count - (came - repeated)
        self._repeated += repeated
        return count / (last - began).total_seconds() if last else 0.0

    def _watch(self) -> tuple[float, float]:
        """Return the most memory that a worker held during the first tenth of many messages, and during all."""
        held: list[float] = []
        peaks = []
        with self._workers(PROCESSES) as worker:
            for count in (MEMORY_MESSAGES // 10, MEMORY_MESSAGES - MEMORY_MESSAGES // 10):
                self._queue(count)
                self._pipeline(lambda: held.append(worker.megabytes()))
                peaks.append(max(held))
                say(f"{count} messages later the worker has held up to {peaks[-1]:.1f} MB")
        return peaks[0], peaks[1]


def open_deliveries() -> QuerySet[Delivery]:
    """Ask for what is neither sent nor given up."""
    return Delivery.objects.filter(status__in=(*Delivery.WAITING, Delivery.Status.SENDING))


def fill() -> None:
    """Add what lies in the table after years: much that was sent, and much that is not due yet."""
    for status, count in ((Delivery.Status.SENT, SENT), (Delivery.Status.QUEUED, WAITING)):
        say(f"Adding {count} deliveries that are {status}")
        is_sent = status == Delivery.Status.SENT
        with connection.cursor() as cursor:
            cursor.execute(FILL, {"status": status, "is_sent": is_sent, "count": count, "phones": PHONES})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE notifications_delivery")  # as autovacuum does, sooner or later


def sweep_ms() -> float:
    """Return the milliseconds that a sweep takes at best."""
    times = []
    for _ in range(SWEEPS):
        began = time.perf_counter()
        delivery.sweep(timezone.now())
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.05)  # what disturbs passes
    return min(times)


def plans() -> Iterator[str]:
    """Tell how PostgreSQL finds what is due, and what somebody left in hand: a line each of a plan."""
    with CaptureQueriesContext(connection) as asked:
        delivery.sweep(timezone.now())
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            if query["sql"].startswith("SELECT"):
                cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF) {query['sql']}")
                yield from (line for (line,) in cursor.fetchall())


def ratio(ours: Sequence[float], others: Sequence[float]) -> float:
    """Return the median of the ratios: the two of a round saw the same machine."""
    return round(median(our / other for our, other in zip(ours, others, strict=True)), 2)
