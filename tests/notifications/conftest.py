"""Stand the FCM double up once for the tests of a file, with the real client in front of it."""

from collections.abc import Iterator

import pytest

from notifications.fcm import FirebaseSender
from tests.doubles.fcm import FcmDouble


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
