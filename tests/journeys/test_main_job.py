"""The whole main job on the demo: real servers, real processes, and pushes that arrive at the double."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.config.processes import ROOT, Running, environment, python
from tests.doubles.fcm import FcmDouble
from tests.journeys import day_trip, main_job

pytestmark = pytest.mark.xdist_group("demos")
# Everything that names the demo's clients, or what is done with them.
SECRETS = ("Maj-Britt", "Öberg", "Strand", "Promenad", "Karin", "Semlor", "älven", "Kalix", "Hör inte hit")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def fcm() -> Iterator[FcmDouble]:
    with FcmDouble() as double:
        yield double


@pytest.fixture(scope="session")
def demo(fcm: FcmDouble) -> Iterator[str]:
    """A demo with its own data, whose pushes go to the double."""
    data_dir = Path(tempfile.mkdtemp(prefix="tf-", dir="/tmp"))
    credentials = fcm.write_credentials(data_dir / "account.json")
    port = free_port()
    more = {
        "PORT": str(port),
        "FIREBASE_CREDENTIALS": str(credentials),
        "FCM_ENDPOINT_URL": fcm.url,
        "NO_PROXY": "*",
    }
    running = python("manage.py", "demo", env=environment(data_dir, **more))
    try:
        said = running.read(until="Ctrl-C")
        assert "Ctrl-C" in said, said
        yield f"http://127.0.0.1:{port}"
    finally:
        _end(running)
        shutil.rmtree(data_dir)


def _end(running: Running) -> None:
    try:
        os.kill(running.pid, 15)
        assert running.end() == 0
    finally:
        running.close()


def test_a_contact_person_plans_logs_and_claims_and_a_coordinator_decides(demo: str, fcm: FcmDouble) -> None:
    claimed = main_job.run(demo, main_job.drawn_receipts())
    told = _pushes(fcm, {"expense_approved", "expense_returned", "expense_rejected"})
    for push in told.values():
        assert set(push["data"]) == {"notification_id", "kind"}
    everything = str([received.message for received in fcm.messages])
    for secret in (*SECRETS, *(one["receipt"] for one in claimed), "40.00"):
        assert secret not in everything


def test_the_walk_with_curl_in_the_readme_works(demo: str) -> None:
    readme = (ROOT / "README.md").read_text()
    walk = readme.split("## The main job with curl")[1].split("```sh\n")[1].split("```")[0]
    port = demo.rpartition(":")[2]
    environment = os.environ | {"PORT": port, "NO_PROXY": "*"}
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", walk],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert '"status":"completed"' in done.stdout
    assert '"status":"submitted"' in done.stdout
    assert '"approved_amount":"120.00"' in done.stdout
    assert '"kind":"expense_approved"' in done.stdout
    assert '"code"' not in re.sub('"code":(null|"[a-z_]+")}', "", done.stdout), "a problem was answered"


def test_a_day_trip_is_planned_by_the_policy_of_each_municipality(demo: str) -> None:
    said: list[object] = []
    day_trip.run(demo, said.append)
    text = "\n".join(map(str, said))
    for word in ("Överhoppat tillfälle", "väntar på samordnaren", "Beslutet ger 4 tillfällen"):
        assert word in text, text


def _pushes(fcm: FcmDouble, kinds: set[str]) -> dict[str, Any]:
    """Wait until a push of each kind has arrived, and return them."""
    for count in range(len(kinds), 50):
        messages = {received.message["data"]["kind"]: received.message for received in fcm.messages}
        if kinds <= messages.keys():
            return messages
        fcm.wait_for(count, 60)
    raise AssertionError(f"only {messages.keys()} arrived")
