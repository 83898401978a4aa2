"""Stand the FCM double up once for the tests of a file, with the real client in front of it."""

import os
from collections.abc import Iterator
from urllib.parse import quote, unquote, urlsplit

import pytest
import redis
from django.conf import settings
from pytest_django import Settings

from notifications import delivery
from notifications.fcm import FirebaseSender
from notifications.models import Device
from people.models import User
from tests import world
from tests.doubles.fcm import FcmDouble
from tests.notifications.calls import broker_at


@pytest.fixture(autouse=True)
def long_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no turn be over because the machine is busy."""
    monkeypatch.setattr(delivery, "TURN_SECONDS", 60.0)


@pytest.fixture(scope="module")
def running_fcm() -> Iterator[FcmDouble]:
    with pytest.MonkeyPatch.context() as patch, FcmDouble() as double:
        patch.setenv("NO_PROXY", "*")  # requests would look for the double behind a proxy, where one is set
        yield double


@pytest.fixture(scope="module")
def fcm_credentials(running_fcm: FcmDouble, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the path of a service account that the double knows."""
    return str(running_fcm.write_credentials(tmp_path_factory.mktemp("firebase") / "account.json"))


@pytest.fixture(scope="module")
def firebase(running_fcm: FcmDouble, fcm_credentials: str) -> FirebaseSender:
    """Give a sender whose Firebase is the double."""
    return FirebaseSender(fcm_credentials, running_fcm.url)


@pytest.fixture
def double(running_fcm: FcmDouble) -> FcmDouble:
    """Give the double without faults, messages and counts."""
    running_fcm.reset()
    return running_fcm


@pytest.fixture
def fcm_double(double: FcmDouble, fcm_credentials: str, settings: Settings) -> FcmDouble:
    """Let deliveries go out to the double, as they would to Firebase."""
    settings.FIREBASE_CREDENTIALS = fcm_credentials
    settings.FCM_ENDPOINT_URL = double.url
    return double


@pytest.fixture
def karins_phone(karin: User) -> Device:
    """The phone that Karin is told on."""
    return world.make_device(karin, installation_id="karins-phone", fid="fid-of-karins-phone")


@pytest.fixture
def svens_phone(sven: User) -> Device:
    """The phone that Sven is told on."""
    return world.make_device(sven, installation_id="svens-phone", fid="fid-of-svens-phone")


@pytest.fixture
def queue() -> Iterator[redis.Redis]:
    """An empty database of the broker, which other tests that run at the same time leave alone."""
    number = 1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    socket = unquote(urlsplit(settings.REDIS_URL).path)
    with redis.Redis(unix_socket_path=socket, db=number) as client:
        client.flushdb()
        with broker_at(f"redis+socket://{quote(socket)}?virtual_host={number}"):
            yield client
