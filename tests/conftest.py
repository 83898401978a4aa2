"""The world every test can ask for: two municipalities and the people in them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from pytest_django import Settings

from assignments.models import Assignment
from people.models import Municipality, Role, User
from tests import world


@pytest.fixture(autouse=True)
def quick_settings(settings: Settings, tmp_path: Path) -> None:
    """Hash passwords quickly, list no static files for every client, keep each test's files to itself."""
    settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Start every test with nobody throttled."""
    cache.clear()


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """Stop the clock at `world.NOW`."""
    with time_machine.travel(world.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def kalix(db: Any) -> Municipality:
    """The municipality of most tests."""
    return world.make_municipality("kalix")


@pytest.fixture
def leksand(db: Any) -> Municipality:
    """The other municipality, of which nobody in Kalix may know."""
    return world.make_municipality("leksand")


@pytest.fixture
def karin(kalix: Municipality) -> User:
    """A contact person in Kalix."""
    return world.make_user("karin@kalix.example", kalix, Role.CONTACT_PERSON)


@pytest.fixture
def sven(kalix: Municipality) -> User:
    """Another contact person in Kalix: a stranger to Karin's client."""
    return world.make_user("sven@kalix.example", kalix, Role.CONTACT_PERSON)


@pytest.fixture
def inger(kalix: Municipality) -> User:
    """A coordinator in Kalix."""
    return world.make_user("inger@kalix.example", kalix, Role.COORDINATOR)


@pytest.fixture
def bengt(kalix: Municipality) -> User:
    """Another coordinator in Kalix."""
    return world.make_user("bengt@kalix.example", kalix, Role.COORDINATOR)


@pytest.fixture
def anna(leksand: Municipality) -> User:
    """A contact person in Leksand."""
    return world.make_user("anna@leksand.example", leksand, Role.CONTACT_PERSON)


@pytest.fixture
def lars(leksand: Municipality) -> User:
    """A coordinator in Leksand."""
    return world.make_user("lars@leksand.example", leksand, Role.COORDINATOR)


@pytest.fixture
def assignment(karin: User, kalix: Municipality) -> Assignment:
    """Karin's assignment: her client Maj-Britt, four units a month."""
    return world.make_assignment(karin, kalix)
