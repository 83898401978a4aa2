"""Whatever coordinators are told of, it is told to coordinators: asked again when it is sent."""

from datetime import timedelta

import pytest

from notifications.messages import MESSAGES, Audience, Kind
from notifications.models import Notification
from notifications.subjects import outdated_among
from people.models import Municipality, Role, User
from tests import world
from tests.notifications.calls import tell

NOW, DAY = world.NOW, timedelta(days=1)
TO_COORDINATORS = [kind for kind in Kind if MESSAGES[kind].audience == Audience.COORDINATOR]
pytestmark = pytest.mark.usefixtures("noon")


def recipients_of_outdated() -> set[User]:
    """Return to whom nothing is sent of what they were told."""
    outdated = outdated_among(Notification.objects.all(), NOW)
    return {one.recipient for one in Notification.objects.filter(pk__in=outdated)}


@pytest.mark.parametrize("kind", TO_COORDINATORS)
def test_who_coordinates_no_more_is_not_told(kind: Kind, inger: User, bengt: User) -> None:
    tell(inger, bengt, kind=kind, subject_type="anything")
    assert recipients_of_outdated() == set()
    bengt.memberships.update(is_active=False)
    assert recipients_of_outdated() == {bengt}


def test_a_deputy_is_told_on_their_days(inger: User, sven: User, kalix: Municipality) -> None:
    world.make_deputy(sven, inger, kalix, first_day=NOW.date() - DAY, last_day=NOW.date())
    tell(sven, kind=Kind.FOLLOW_UP)
    assert recipients_of_outdated() == set()
    sven.memberships.exclude(role=Role.CONTACT_PERSON).update(last_day=NOW.date() - DAY)
    assert recipients_of_outdated() == {sven}


def test_contact_persons_are_told_whether_or_not_they_coordinate(karin: User) -> None:
    tell(karin)
    assert recipients_of_outdated() == set()
