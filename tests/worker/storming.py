"""What a storm does to the house, and what it finds afterwards."""

import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.management import call_command
from django.db import Error, connection
from django.utils import timezone

from core.heartbeat import SomeFailed
from notifications.models import Delivery, Device, Notification
from occasions.models import Occasion
from occasions.reminders import remind_before
from people.models import Role
from tests import world
from tests.doubles.fcm import FcmDouble
from tests.notifications.calls import broker_at
from tests.worker.house import House, kill

OCCASIONS_OF_EACH = 10
MINUTE = timedelta(minutes=1)
SETTLED_SECONDS = 180
DONE = (Delivery.Status.SENT, Delivery.Status.FAILED)


def prepare(folder: Path, stack: ExitStack, **env: str) -> House:
    """Migrate, and return a house whose broker runs."""
    call_command("migrate", verbosity=0)
    house = House(folder, stack, **env)
    stack.enter_context(broker_at(house.broker_url))
    return house


def plan(count: int) -> None:
    """Plan so many occasions that start within the hour, ten of each contact person, who has a phone."""
    kalix = world.make_municipality("kalix")
    soon = timezone.now() + 20 * MINUTE
    occasions = []
    for number in range(-(-count // OCCASIONS_OF_EACH)):
        person = world.make_user(f"person{number}@kalix.example", kalix, Role.CONTACT_PERSON)
        assignment = world.make_assignment(person, kalix, client_name=f"Client {number}")
        world.make_device(person)
        occasions += [
            Occasion(
                assignment=assignment,
                contact_person=person,
                starts_at=soon + 3 * one * MINUTE,
                ends_at=soon + (3 * one + 2) * MINUTE,
                creation_fingerprint=uuid4().hex,
            )
            for one in range(OCCASIONS_OF_EACH)
        ]
    Occasion.objects.bulk_create(occasions[:count])


class Storm:
    """Two workers and two beats, and whatever hits them."""

    def __init__(self, house: House, restart_postgres: Callable[[], None], double: FcmDouble) -> None:
        """Take what runs."""
        self.double = double
        self._house, self._restart_postgres = house, restart_postgres
        self._running: dict[str, list[subprocess.Popen[bytes]]] = {}
        self._told = threading.Event()

    def begin(self) -> None:
        """Start everything."""
        start = {"worker": self._house.start_worker, "beat": self._house.start_beat}
        self._running = {name: [one(), one()] for name, one in start.items()}

    def strike(self, what: str) -> None:
        """Kill something without warning, and start it again."""
        if what == "postgres":
            self._restart_postgres()
        elif what == "broker":
            self._house.kill_broker()
            self._house.start_broker()
        else:
            oldest = self._running[what].pop(0)
            kill(oldest)
            again = self._house.start_worker if what == "worker" else self._house.start_beat
            self._running[what].append(again())

    def tell(self, count: int) -> None:
        """Remind of everything, whatever happens to the database meanwhile."""
        while True:
            try:
                remind_before(timezone.now())
                if Notification.objects.count() >= count:
                    break
            except (Error, SomeFailed):
                time.sleep(0.1)
            connection.close()
        connection.close()

    def settle(self) -> None:
        """Wait until nothing is on its way any more."""
        self.double.faults.clear()
        connection.close()  # the database may have been started anew since
        self._house.wait_until(lambda: not Delivery.objects.exclude(status__in=DONE).exists(), SETTLED_SECONDS)

    def figures(self) -> dict[str, object]:
        """Count what was lost and what came more than once."""
        arrivals = Counter(received.message["data"]["notification_id"] for received in self.double.messages)
        sent = Delivery.objects.filter(status=Delivery.Status.SENT).values_list("notification", flat=True)
        return {
            "notifications": Notification.objects.count(),
            "deliveries": Delivery.objects.count(),
            "devices": Device.objects.count(),
            "sent": len(sent),
            "failed": Delivery.objects.filter(status=Delivery.Status.FAILED).count(),
            "lost": len({str(pk) for pk in sent} - arrivals.keys()),
            "repeated": arrivals.total() - len(arrivals),
            "shown_twice": self._shown_twice(),
        }

    def _shown_twice(self) -> int:
        """Count what a person sees besides the first message about each occasion on each phone.

        A phone keeps one place for all messages that it knows by the same names, and shows the last there.
        """
        occasions = {str(pk): subject for pk, subject in Notification.objects.values_list("pk", "subject_id")}
        shown = {
            (received.address, occasions[received.message["data"]["notification_id"]], _places(received.message))
            for received in self.double.messages
        }
        return len(shown) - len({(address, occasion) for address, occasion, _ in shown})


def _places(message: dict[str, Any]) -> tuple[str, ...]:
    """Return what a phone of each platform knows a message by that it replaces."""
    android, apns, web = (message[platform] for platform in ("android", "apns", "webpush"))
    return (
        android["collapse_key"],
        android["notification"]["tag"],
        apns["headers"]["apns-collapse-id"],
        web["headers"]["Topic"],
    )
