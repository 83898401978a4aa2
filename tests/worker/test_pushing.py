"""What a worker does with many pushes: it shows none twice, ends well, and lets the reminders have their turn."""

import signal
from collections import Counter

import pytest
from django.utils import timezone

from core.models import Heartbeat
from notifications.models import Delivery
from people.models import Municipality, Role
from tests import world
from tests.doubles.fcm import FcmDouble
from tests.notifications.calls import tell
from tests.worker.house import House

ALL = 500
USERS = 10
Status = Delivery.Status

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("processes"),
]


@pytest.fixture
def running(pushing_house: House, kalix: Municipality) -> House:
    """A house whose beat has found its feet."""
    pushing_house.start_beat()
    pushing_house.wait_until(lambda: "beat: Starting" in pushing_house.log("beat"))
    return pushing_house


def tell_all(kalix: Municipality, count: int = ALL) -> None:
    """Tell ten people so many things."""
    users = [world.make_user(f"user{n}@kalix.example", kalix, Role.CONTACT_PERSON) for n in range(USERS)]
    for user in users:
        world.make_device(user)
    for number in range(count // USERS):
        tell(*users, dedup_key=str(number), now=timezone.now())


def sent() -> int:
    return Delivery.objects.filter(status=Status.SENT).count()


def arrivals(double: FcmDouble) -> Counter[str]:
    """Count how often each notification came to the phones."""
    return Counter(received.message["data"]["notification_id"] for received in double.messages)


def in_hand() -> set[str]:
    return {
        str(pk) for pk in Delivery.objects.filter(status=Status.SENDING).values_list("notification", flat=True)
    }


def test_a_repeat_replaces_itself_on_the_phone(running: House, kalix: Municipality, double: FcmDouble) -> None:
    double.reset()
    double.fail("drop_after", times=1)  # it arrived, and nobody knows
    tell_all(kalix, USERS)
    running.start_worker()

    running.wait_until(lambda: sent() == USERS)

    [repeated] = [notification for notification, times in arrivals(double).items() if times == 2]
    one, other = (r.message for r in double.messages if r.message["data"]["notification_id"] == repeated)
    assert one["android"]["collapse_key"] == other["android"]["collapse_key"]
    assert one["android"]["notification"]["tag"] == other["android"]["notification"]["tag"]
    assert one["apns"]["headers"]["apns-collapse-id"] == other["apns"]["headers"]["apns-collapse-id"]


def test_a_worker_that_is_told_to_end_finishes_what_it_has_in_hand(
    running: House, kalix: Municipality, double: FcmDouble
) -> None:
    double.reset()
    double.fail("hang", seconds=0.3)  # far too slow for all of them within a turn, however quick the machine
    worker = running.start_worker()
    tell_all(kalix)
    double.wait_for(20, timeout=20)

    worker.send_signal(signal.SIGTERM)
    assert worker.wait(15) == 0

    assert in_hand() == set()
    assert sent() == len(double.messages) < ALL
    assert not Delivery.objects.filter(status=Status.RETRYING).exists()


def test_a_pile_of_pushes_does_not_hold_up_the_reminders(
    pushing_house: House, kalix: Municipality, double: FcmDouble
) -> None:
    double.reset()
    double.fail("hang", seconds=0.2)
    tell_all(kalix, ALL)
    pushing_house.start_beat()
    pushing_house.start_worker()

    pushing_house.wait_until(lambda: Heartbeat.objects.exclude(finished_at=None).count() == 4)

    assert sent() < ALL / 2
