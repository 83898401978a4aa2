"""Thousands of reminders while whatever can be killed is killed: workers, beats, the broker, PostgreSQL, and a
double of FCM that answers as it likes.

By hand: `python -m tests.worker.storm [COUNT [SEED]]`; the last line is JSON.
"""

import json
import os
import random
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import django

from config import embedded
from tests.doubles.fcm import FcmDouble

if TYPE_CHECKING:
    from tests.worker.storming import Storm

MANY = {"worker": 5, "beat": 2, "broker": 2, "postgres": 2}  # how often what is killed
FAULTS: dict[str, dict[str, object]] = {
    "quota": {"times": 20, "retry_after": "1"},
    "unavailable": {"times": 50},
    "hang": {"times": 20, "seconds": 2.0},
    "drop_before": {"times": 20},
    "drop_after": {"times": 5},
}
THREADS = "4"  # of each worker: so many may be sent again after a kill
BREATH = 0.7  # seconds between two blows, at least


class Postgres:
    """A PostgreSQL of its own, that can be started anew."""

    def __init__(self, folder: Path) -> None:
        """Start it."""
        self._folder = folder
        self._stack = ExitStack()
        self.start()

    def start(self) -> None:
        """Start it with the data that it had."""
        running = embedded.servers(self._folder, broker=False, durable=False, share=False)
        self._stack.enter_context(running)

    def restart(self) -> None:
        """Stop it under everybody's feet, and start it."""
        self._stack.close()
        self.start()

    def close(self) -> None:
        """Stop it."""
        self._stack.close()


@contextmanager
def stage(count: int) -> Iterator[Callable[[int], dict[str, object]]]:
    """Set everything up for so many reminders; yield what plays the storm of a seed and returns the figures."""
    with ExitStack() as stack:
        # A short path: it holds sockets.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tf-", dir="/tmp")))
        postgres = Postgres(folder / "pg")
        stack.callback(postgres.close)
        double = stack.enter_context(FcmDouble(kept=4 * count))
        account = double.write_credentials(folder / "account.json")
        os.environ |= {
            "DATABASE_URL": embedded.database_url(folder / "pg"),
            "REDIS_URL": embedded.redis_url(folder / "house"),
            "DATA_DIR": str(folder),
            "SECRET_KEY": "a key of tests, which is not secret and long enough to sign with",
            "QUIET_HOURS": "off",
            "PUSH_THREADS": THREADS,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        django.setup()
        from tests.worker import storming  # what it imports needs the settings

        (folder / "house").mkdir()
        house = storming.prepare(
            folder / "house", stack, FIREBASE_CREDENTIALS=str(account), FCM_ENDPOINT_URL=double.url
        )
        storming.plan(count)

        def play(seed: int) -> dict[str, object]:
            return _play(storming.Storm(house, postgres.restart, double), seed, count)

        yield play


def _play(storm: "Storm", seed: int, count: int) -> dict[str, object]:
    """Strike while the reminders go out, and wait until all is settled."""
    blows = [name for name, times in MANY.items() for _ in range(times)]
    blows += list(FAULTS)
    chance = random.Random(seed)
    chance.shuffle(blows)
    storm.begin()
    teller = threading.Thread(target=storm.tell, args=(count,), name="teller")
    teller.start()
    for blow in blows:
        threading.Event().wait(BREATH + chance.random())
        if blow in FAULTS:
            storm.double.fail(blow, **FAULTS[blow])
        else:
            storm.strike(blow)
    teller.join()
    storm.settle()
    return {"count": count, "seed": seed, "blows": len(blows), **storm.figures()}


def main(count: str = "5000", seed: str = "1") -> None:
    """Play one storm, and tell what came of it."""
    with stage(int(count)) as play:
        sys.stdout.write(json.dumps(play(int(seed))) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
