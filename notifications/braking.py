"""One brake for all workers and each channel: when FCM says that it is too much, nobody pushes until it said.

It lies in the shared cache. Without the cache each delivery still has its own wait.
"""

import os
import random
from datetime import UTC, datetime, timedelta
from functools import cache as remembered

from django.core.cache import cache


def put_on(channel: str, now: datetime, *, seconds: float) -> None:
    """Let no worker send by a channel for so many seconds; a longer brake stays as it is."""
    until = now + timedelta(seconds=seconds)
    if until > _released_at(channel, share=0.0, otherwise=now):
        # Each worker waits for up to half as long again; after that nobody needs to know.
        cache.set(_key(channel), (until.timestamp(), seconds / 2), timeout=seconds * 1.5 + 1)


def is_on(channel: str, now: datetime) -> bool:
    """Tell whether this worker has to wait."""
    return _released_at(channel, share=_share(os.getpid()), otherwise=now) > now


def _key(channel: str) -> str:
    return f"{channel}-brake"


def _released_at(channel: str, *, share: float, otherwise: datetime) -> datetime:
    found = cache.get(_key(channel))
    if found is None:
        return otherwise
    until, spread = found
    return datetime.fromtimestamp(until + share * spread, UTC)


@remembered
def _share(process: int) -> float:
    """Choose once for each process, since asking often would find the shortest wait of all."""
    return random.random()  # noqa: S311 (spreads load, hides nothing)
