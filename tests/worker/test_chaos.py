"""Whatever is killed in the middle of 500 deliveries, all of them arrive."""

import json
import signal
import sys
from collections import Counter

import pytest
from django.conf import settings
from django.utils import timezone

from core.models import Heartbeat
from notifications.models import Delivery, Notification
from people.models import Municipality, Role
from tests import world
from tests.doubles.fcm import FcmDouble
from tests.notifications.calls import tell
from tests.worker.house import House, kill

ALL = 500
IN_THE_MIDDLE = 150
USERS = 10
PROCESSES = 2  # of a worker
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


def report(name: str, **figures: object) -> None:
    """Leave the figures for whoever runs the tests with -s."""
    sys.stdout.write(f"\n{json.dumps({'test': name} | figures)}\n")


def test_a_killed_worker_loses_nothing(running: House, kalix: Municipality, double: FcmDouble) -> None:
    worker = running.start_worker()
    tell_all(kalix)
    double.wait_for(IN_THE_MIDDLE, timeout=20)

    kill(worker)
    held = in_hand()
    assert sent() < ALL
    running.start_worker()
    running.wait_until(lambda: sent() == ALL)

    came = arrivals(double)
    repeated = {notification for notification, times in came.items() if times > 1}
    assert set(came) == {str(pk) for pk in Notification.objects.values_list("pk", flat=True)}
    assert repeated <= held
    assert len(repeated) <= PROCESSES * 2 * settings.PUSH_THREADS
    assert max(came.values()) <= 2
    report("worker killed", in_hand=len(held), repeated=len(repeated))


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


def test_a_killed_broker_loses_nothing(running: House, kalix: Municipality, double: FcmDouble) -> None:
    worker = running.start_worker()
    tell_all(kalix)
    double.wait_for(IN_THE_MIDDLE, timeout=20)

    running.kill_broker()
    assert sent() < ALL
    running.start_broker()
    running.wait_until(lambda: sent() == ALL or worker.poll() is not None)

    assert worker.poll() is None, running.log("worker")
    assert set(arrivals(double).values()) == {1}
    report("broker killed", repeated=0)


def test_a_worker_that_is_told_to_end_finishes_what_it_has_in_hand(
    running: House, kalix: Municipality, double: FcmDouble
) -> None:
    double.reset()
    double.fail("hang", seconds=0.05)
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
