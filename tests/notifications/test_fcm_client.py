"""The client behind a push: its patience, its keys, its processes, and the log that stands in for it."""

import json
import logging
import multiprocessing
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from firebase_admin import messaging

from notifications import fcm
from notifications.fcm import FirebaseSender, LogSender, Outcome, SendResult, get_sender
from tests.doubles.fcm import FcmDouble
from tests.notifications.test_fcm import KARINS_PHONE, PUSH, send

# How long it takes, and how often


@pytest.mark.parametrize("kind", ["unavailable", "internal", "quota", "drop_before"])
def test_the_client_itself_never_tries_again(firebase: FirebaseSender, double: FcmDouble, kind: str) -> None:
    double.fail(kind, retry_after="3")

    began = time.monotonic()
    send(firebase)
    assert time.monotonic() - began < 2
    assert double.sends == 1


def test_a_hanging_server_is_left_after_the_timeout(fcm_credentials: str, double: FcmDouble) -> None:
    double.fail("hang", seconds=30)

    began = time.monotonic()
    result = send(FirebaseSender(fcm_credentials, double.url, timeout_seconds=0.5))
    assert time.monotonic() - began < 5
    assert result == SendResult(Outcome.UNAVAILABLE, None, "DEADLINE_EXCEEDED")


def test_a_lost_answer_may_belong_to_a_push_that_arrived(firebase: FirebaseSender, double: FcmDouble) -> None:
    # Hence the collapse key: the phone shows the second in place of the first.
    double.fail("drop_after", times=1)

    assert send(firebase).outcome == Outcome.UNAVAILABLE
    assert send(firebase).outcome == Outcome.SENT
    first, second = double.messages
    assert first.message == second.message


@pytest.mark.parametrize("origin", ["http://127.0.0.1:9", "http://fcm.invalid"])
def test_nobody_there_is_unavailable(fcm_credentials: str, double: FcmDouble, origin: str) -> None:
    result = send(FirebaseSender(fcm_credentials, origin))
    assert result == SendResult(Outcome.UNAVAILABLE, None, "UNAVAILABLE")


# Keys


def test_access_token_and_connection_are_kept(fcm_credentials: str, double: FcmDouble) -> None:
    sender = FirebaseSender(fcm_credentials, double.url)
    for _ in range(3):
        assert send(sender).outcome == Outcome.SENT
    assert double.token_requests == 1
    assert len({received.client_port for received in double.messages}) == 1


def test_a_revoked_access_token_is_renewed_at_once(firebase: FirebaseSender, double: FcmDouble) -> None:
    send(firebase)
    double.reset()
    double.fail("unauthorised", times=1)

    assert send(firebase).outcome == Outcome.SENT
    assert (double.sends, double.token_requests, len(double.messages)) == (2, 1, 1)


@pytest.mark.parametrize(
    ("kind", "outcome", "code"),
    [
        ("unauthorised", Outcome.UNAUTHORISED, "OAUTH_REFUSED"),
        ("unavailable", Outcome.UNAVAILABLE, "OAUTH_UNAVAILABLE"),
        ("html", Outcome.UNAVAILABLE, "OAUTH_UNAVAILABLE"),
        ("drop_before", Outcome.UNAVAILABLE, "OAUTH_UNAVAILABLE"),
        ("hang", Outcome.UNAVAILABLE, "OAUTH_UNAVAILABLE"),
    ],
)
def test_without_an_access_token_nothing_is_sent(
    fcm_credentials: str,
    double: FcmDouble,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    outcome: Outcome,
    code: str,
) -> None:
    # google-auth asks its token endpoint three times, with pauses that only this test has no time for.
    monkeypatch.setattr(
        "google.auth._exponential_backoff._BaseExponentialBackoff._calculate_jitter", lambda _: 0.001
    )
    double.fail(kind, at="token", seconds=30)

    result = send(FirebaseSender(fcm_credentials, double.url, timeout_seconds=0.2))
    assert result == SendResult(outcome, None, code)
    assert double.sends == 0


def test_unusable_credentials_are_told_at_once(tmp_path: Path, fcm_credentials: str) -> None:
    with pytest.raises(OSError, match="nothing-here"):
        FirebaseSender(str(tmp_path / "nothing-here.json"))
    account = tmp_path / "account.json"
    account.write_text("{}")
    with pytest.raises(ValueError, match="service account"):
        FirebaseSender(str(account))
    account.write_text(json.dumps(json.loads(Path(fcm_credentials).read_text()) | {"project_id": None}))
    with pytest.raises(ValueError, match="project_id"):
        FirebaseSender(str(account))
    with pytest.raises(ValueError, match="endpoint"):
        FirebaseSender(fcm_credentials, "fcm.example")


# What firebase-admin does not promise


def client_of(sender: FirebaseSender) -> Any:
    return messaging._get_messaging_service(sender._app())


def test_firebase_admin_still_has_the_parts_that_we_adjust(fcm_credentials: str, double: FcmDouble) -> None:
    google = client_of(FirebaseSender(fcm_credentials))
    ours = client_of(FirebaseSender(fcm_credentials, f"{double.url}/"))

    assert messaging._MessagingService.FCM_URL == "https://fcm.googleapis.com/v1/projects/{0}/messages:send"
    assert google._fcm_url == messaging._MessagingService.FCM_URL.format("tillfalle-test")
    assert ours._fcm_url == f"{double.url}/v1/projects/tillfalle-test/messages:send"
    for service in (google, ours):
        session = service._client.session
        token_session = session._auth_request.session
        for adapter in (
            session.get_adapter(service._fcm_url),
            token_session.get_adapter("https://oauth2.googleapis.com/token"),
        ):
            assert adapter.max_retries.total == 0
            assert not adapter.max_retries.status_forcelist
        assert service._client.timeout == 10.0


def test_moved_parts_stop_the_sender(fcm_credentials: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(messaging, "_get_messaging_service")
    with pytest.raises(RuntimeError, match="firebase-admin has changed"):
        send(FirebaseSender(fcm_credentials))


# Processes


def send_and_report(sender: FirebaseSender, queue: "multiprocessing.Queue[tuple[str, str | None]]") -> None:
    result = send(sender, fid="fid-from-the-child")
    queue.put((result.outcome, result.provider_message_id))


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_has_a_connection_of_its_own(firebase: FirebaseSender, double: FcmDouble) -> None:
    send(firebase)
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[tuple[str, str | None]] = context.Queue()
    child = context.Process(target=send_and_report, args=(firebase, queue))
    child.start()
    send(firebase)
    outcome, name = queue.get(timeout=10)
    child.join(10)
    send(firebase)

    [from_child] = double.for_address("fid-from-the-child")
    assert (outcome, name) == (Outcome.SENT, from_child.name)
    from_parent = double.for_address(KARINS_PHONE)
    assert len(from_parent) == 3
    assert len({received.client_port for received in from_parent}) == 1
    assert from_child.client_port != from_parent[0].client_port


def test_the_double_runs_on_its_own(tmp_path: Path, double: FcmDouble) -> None:
    credentials = tmp_path / "account.json"
    command = [sys.executable, "-m", "tests.doubles.fcm", "--port", "0", "--credentials", str(credentials)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            url = json.loads(process.stdout.readline())["url"]
            fault: dict[str, Any] = {"kind": "unregistered", "address": KARINS_PHONE, "times": 1}
            requests.post(f"{url}/control/faults", json=[fault], timeout=5).raise_for_status()
            assert requests.post(f"{url}/control/faults", json=[{"kind": "?"}], timeout=5).status_code == 400
            sender = FirebaseSender(str(credentials), url)
            assert [send(sender).outcome for _ in range(2)] == [Outcome.GONE, Outcome.SENT]
            line = json.loads(process.stdout.readline())
            listed = requests.get(f"{url}/control/messages", timeout=5).json()
            assert listed == {"received": 1, "sends": 2, "token_requests": 1, "messages": [line]}
            requests.post(f"{url}/control/reset", timeout=5).raise_for_status()
            assert requests.get(f"{url}/control/messages", timeout=5).json()["messages"] == []
        finally:
            process.send_signal(signal.SIGTERM)
    assert process.returncode == 0


# Where no Firebase project is set up, and what logs may hold


def test_the_log_tells_of_the_push_and_not_of_the_phone(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="notifications.push"):
        result = send(LogSender(), token="a-secret-token", title="Två\nrader")

    assert result == SendResult(Outcome.SENT, f"log:{PUSH.notification_id}")
    assert caplog.messages == [f"push {PUSH.notification_id} occasion_soon 'Två\\nrader'"]
    assert "a-secret-token" not in repr(replace(PUSH, token="a-secret-token"))
    assert KARINS_PHONE not in repr(PUSH)


def test_a_failing_push_leaves_no_address_in_the_log(
    firebase: FirebaseSender, double: FcmDouble, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for kind in ("invalid_argument", "unauthorised", "drop_before"):
            double.fail(kind, times=1)
            assert KARINS_PHONE not in repr(send(firebase))

    assert KARINS_PHONE not in caplog.text
    assert "Bearer" not in caplog.text


def test_the_settings_choose_the_sender(
    fcm_credentials: str, double: FcmDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcm, "settings", SimpleNamespace(FIREBASE_CREDENTIALS="", FCM_ENDPOINT_URL=""))
    assert isinstance(get_sender(), LogSender)
    chosen = SimpleNamespace(FIREBASE_CREDENTIALS=fcm_credentials, FCM_ENDPOINT_URL=double.url)
    monkeypatch.setattr(fcm, "settings", chosen)
    assert get_sender() is get_sender()
    assert send(get_sender()).outcome == Outcome.SENT
    assert len(double.messages) == 1
