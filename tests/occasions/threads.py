"""Many calls in the same moment, each on a connection of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import TypeVar

from django.db import connection, connections

Found = TypeVar("Found")


def at_once(calls: Sequence[Callable[[], Found]]) -> list[Found]:
    """Start every call in the same moment, and return what they return."""
    barrier = Barrier(len(calls))

    def start(call: Callable[[], Found]) -> Found:
        try:
            connection.ensure_connection()
            barrier.wait(60)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(start, calls))


def coming_month() -> datetime:
    """Return noon on the tenth, two months ahead: no process needs to be told another time."""
    ahead = datetime.now(UTC).replace(day=1, hour=12, minute=0, second=0, microsecond=0) + timedelta(days=62)
    return ahead.replace(day=10)
