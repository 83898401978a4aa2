"""A push about what has changed since is not sent, and what comes back is told of anew."""

from datetime import timedelta
from typing import Any

import pytest

from assignments.models import Assignment
from notifications.models import Delivery, Notification
from occasions.reminders import remind_before
from people.models import User
from tests import world
from tests.occasions.calls import cancel, edit, planned

SOON = "2026-06-10T12:30:00+02:00"
pytestmark = pytest.mark.usefixtures("noon")


def states() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("created_at").values_list("status", "error_code"))


def test_a_reminder_that_waits_is_withdrawn_when_the_occasion_is_cancelled(
    karin: User, assignment: Assignment
) -> None:
    world.make_device(karin)
    occasion = planned(karin, assignment, SOON)
    remind_before(world.NOW)
    assert states() == [("queued", "")]

    cancel(karin, occasion["id"])

    assert states() == [("failed", "withdrawn")]
    assert Notification.objects.count() == 1


def test_an_occasion_that_is_moved_and_moved_back_is_told_of_each_time(
    karin: User, assignment: Assignment
) -> None:
    occasion = planned(karin, assignment, SOON)
    assert remind_before(world.NOW) == 1
    for version, starts_at in enumerate(["2026-06-10T12:40:00+02:00", SOON], start=1):
        moved: Any = edit(karin, occasion["id"], version, starts_at=starts_at)
        assert moved.status_code == 200, moved.content
        assert remind_before(world.NOW + timedelta(seconds=version)) == 1
    assert remind_before(world.NOW + timedelta(seconds=9)) == 0


def test_a_note_on_an_occasion_withdraws_nothing(karin: User, assignment: Assignment) -> None:
    world.make_device(karin)
    occasion = planned(karin, assignment, SOON)
    remind_before(world.NOW)
    edit(karin, occasion["id"], 1, note="Ta med paraply")
    assert states() == [("queued", "")]
    assert remind_before(world.NOW) == 0
