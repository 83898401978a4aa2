"""One brake for all workers: when FCM says that it is too much, nobody sends until it said.

It lies in the shared cache. Without the cache each delivery still has its own wait.
"""

import os
import random
from datetime import UTC, datetime, timedelta
from functools import cache as remembered

from django.core.cache import cache

KEY = "push-brake"


def put_on(now: datetime, *, seconds: float) -> None:
    """Let no worker send for so many seconds; a longer brake stays as it is."""
    until = now + timedelta(seconds=seconds)
    if until > _released_at(share=0.0, otherwise=now):
        # Each worker waits for up to half as long again; after that nobody needs to know.
        cache.set(KEY, (until.timestamp(), seconds / 2), timeout=seconds * 1.5 + 1)


def is_on(now: datetime) -> bool:
    """Tell whether this worker has to wait."""
    return _released_at(share=_share(os.getpid()), otherwise=now) > now


def _released_at(*, share: float, otherwise: datetime) -> datetime:
    found = cache.get(KEY)
    if found is None:
        return otherwise
    until, spread = found
    return datetime.fromtimestamp(until + share * spread, UTC)


@remembered
def _share(process: int) -> float:
    """Choose once for each process, since asking often would find the shortest wait of all."""
    return random.random()  # noqa: S311 (spreads load, hides nothing)
