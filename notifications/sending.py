"""Send pushes and mails with a few threads, which see no database: what came of it is the caller's to record."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event, Semaphore
from time import monotonic
from typing import TypeVar

from django.conf import settings
from django.utils import timezone

from notifications import fcm
from notifications.mail import Mail, send_mail

logger = logging.getLogger(__name__)
# Recorded together, or more when recording is slow: a commit for each would take as long as the push.
GROUP = 3
AHEAD = 4  # times the threads: their work while rows are claimed and recorded
PATIENCE_SECONDS = 0.02  # for which a result waits for others to be recorded with
BROKEN = fcm.SendResult(fcm.Outcome.UNAUTHORISED, error_code="SENDER_BROKEN")

Thing = TypeVar("Thing")
Ended = tuple[Thing, fcm.SendResult | None]


def send_in_groups(
    things: Iterator[Thing], message_of: Callable[[Thing], fcm.Push | Mail], *, until: float
) -> Iterator[list[Ended[Thing]]]:
    """Send the message of each thing and yield things and results in groups, as they come.

    Things are taken somewhat ahead, and their messages made in threads, where nothing is asked of the database.
    At most PUSH_THREADS are begun and not yet recorded by whoever takes the groups. At `until`, on the
    monotonic clock, a group is yielded even if it is empty; from then on, and once FCM says that it is too much,
    nothing more begins: None is the result of what was taken and not tried.
    """
    ended: SimpleQueue[Ended[Thing]] = SimpleQueue()
    stopped = Event()
    threads = settings.PUSH_THREADS
    push = _pushing()
    unrecorded = Semaphore(threads)

    def may_begin() -> bool:
        return not stopped.is_set() and monotonic() < until

    def work(thing: Thing) -> None:
        unrecorded.acquire()
        result = _send(lambda: message_of(thing), push) if may_begin() else None
        if result and result.outcome == fcm.Outcome.BRAKE:
            stopped.set()
        ended.put((thing, result))

    in_hand = 0
    with ThreadPoolExecutor(threads, thread_name_prefix="push") as pool:
        try:
            while True:
                while in_hand < AHEAD * threads and may_begin() and (thing := next(things, None)):
                    pool.submit(work, thing)
                    in_hand += 1
                if not in_hand:
                    return
                group = _next_group(ended, most=in_hand, until=until)
                in_hand -= len(group)
                yield group
                if group:
                    unrecorded.release(len(group))
        finally:  # whoever took the groups may have failed, and threads wait for leave to begin
            stopped.set()
            unrecorded.release(AHEAD * threads)


def _next_group(ended: "SimpleQueue[Ended[Thing]]", *, most: int, until: float) -> list[Ended[Thing]]:
    left = until - monotonic()
    group = []
    with suppress(Empty):
        group.append(ended.get(timeout=left if left > 0 else None))
        while len(group) < most:  # a slow one holds up nobody's record; what has come meanwhile goes with it
            group.append(ended.get(timeout=PATIENCE_SECONDS if len(group) < GROUP else 0))
    return group


def _pushing() -> Callable[[fcm.Push], fcm.SendResult]:
    """Return what sends pushes: one client for all threads. Without it pushes wait, and mails go on."""
    try:
        sender = fcm.get_sender()
    except Exception:
        logger.exception("Pushes cannot be sent")
        return lambda _: BROKEN
    return lambda push: sender.send(push, now=timezone.now())


def _send(make: Callable[[], fcm.Push | Mail], push: Callable[[fcm.Push], fcm.SendResult]) -> fcm.SendResult:
    """Make and send a message; whatever is broken on our side is somebody's work, and until then it waits."""
    try:
        message = make()
        return send_mail(message) if isinstance(message, Mail) else push(message)
    except Exception:
        logger.exception("A message could not be tried")
        return BROKEN
