"""What the tests about notifications do over and over."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from kombu import pools

from notifications import delivery, outbox
from notifications.messages import Kind
from notifications.models import Delivery, Device
from notifications.services import notify, register_device
from people.models import User
from tests import world
from worker.celery import app


def tell(
    *recipients: User,
    kind: Kind = Kind.EXPENSE_APPROVED,
    subject_type: str = "expense",
    subject_id: UUID | None = None,
    dedup_key: str = "1",
    now: datetime = world.NOW,
    expires_at: datetime | None = None,
) -> int:
    """Tell people something."""
    return notify(
        recipients=recipients,
        kind=kind,
        subject_type=subject_type,
        subject_id=subject_id,
        dedup_key=dedup_key,
        now=now,
        expires_at=expires_at,
    )


def register(
    user: User, installation_id: str, *, token: str = "", fid: str = "", now: datetime = world.NOW
) -> Device:
    """Register a phone, and return it."""
    device, _ = register_device(
        user=user,
        installation_id=installation_id,
        token=token,
        fid=fid,
        now=now,
        platform="android",
        locale="sv",
        app_version="1",
    )
    return device


def queued(device: Device, *, dedup_key: str = "1", **fields: Any) -> Delivery:
    """Tell the owner of a phone something, and return the delivery that waits for being sent."""
    tell(device.user, dedup_key=dedup_key, **fields)
    return Delivery.objects.get(device=device, notification__dedup_key__endswith=f":{dedup_key}")


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make calls in threads that start together; return what each returned or raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(10)
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


@contextmanager
def broker_at(url: str) -> Iterator[None]:
    """Let Celery talk with another broker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(app.conf, "broker_url", url)
        patch.setattr(app, "_pool", None)
        patch.setattr(app.amqp, "_producer_pool", None)
        yield
        pools.reset()


class Undone(Exception):
    """Something went wrong after people had been told."""


def tell_and_fail(*recipients: User) -> None:
    """Tell people in a transaction that comes to nothing. Raise Undone."""
    with transaction.atomic():
        tell(*recipients)
        raise Undone


def send(waiting: Delivery, *, later: timedelta = timedelta(0)) -> Delivery:
    """Try what is due, and return a delivery as it is then."""
    delivery.send_due(world.NOW + later)
    waiting.refresh_from_db()
    return waiting


def claim(count: int, *, later: timedelta = timedelta(0)) -> list[outbox.Claimed]:
    """Take so many pushes in hand."""
    return outbox.claim(world.NOW + later, channel=Delivery.Channel.PUSH, limit=count)


def state(row: Delivery) -> tuple[str, str]:
    """Read the status and the error code of a delivery."""
    row.refresh_from_db()
    return row.status, row.error_code


def during_sending(monkeypatch: pytest.MonkeyPatch, happens: Any) -> None:
    """Let something happen between a claim and its push."""
    claim = outbox.claim

    def claim_and_wait(now: datetime, **how: Any) -> list[outbox.Claimed]:
        claimed = claim(now, **how)
        monkeypatch.setattr(outbox, "claim", claim)
        happens()
        return claimed

    monkeypatch.setattr(outbox, "claim", claim_and_wait)
