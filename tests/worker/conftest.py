"""Where the processes of these tests live, and who answers their pushes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.fcm import FcmDouble
from tests.notifications.calls import broker_at
from tests.worker.house import House, house


@pytest.fixture
def double() -> Iterator[FcmDouble]:
    """A double of FCM that takes its time, so that a push is in hand whenever one looks."""
    with FcmDouble() as running:
        running.fail("hang", seconds=0.01)
        yield running


@pytest.fixture
def pushing_house(double: FcmDouble, tmp_path: Path, db: Any) -> Iterator[House]:
    """Processes that push to the double."""
    account = double.write_credentials(tmp_path / "account.json")
    with (
        house(FIREBASE_CREDENTIALS=str(account), FCM_ENDPOINT_URL=double.url) as kept,
        broker_at(kept.broker_url),
    ):
        yield kept


@pytest.fixture
def logging_house(db: Any) -> Iterator[House]:
    """Processes without a Firebase project."""
    with house() as kept, broker_at(kept.broker_url):
        yield kept
