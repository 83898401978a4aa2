"""The world every test can ask for: two municipalities and the people in them."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from pytest_django import Settings
from pytest_django.plugin import blocking_manager_key

from assignments.models import Assignment
from people.models import Municipality, Role, User
from tests import world


def flushes(item: pytest.Item | None) -> bool:
    """Tell whether a test commits what it does, and empties every table afterwards."""
    marker = None if item is None else item.get_closest_marker("django_db")
    return marker is not None and marker.kwargs.get("transaction", False)


def pytest_collection_finish() -> None:
    """Spare the collector of garbage what stays for good; it would look through all of it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Put back the rows of migrations before a test that takes them for granted; by default these run first, but
    not where the groups of pytest-xdist do.
    """
    yield
    if flushes(item) and nextitem is not None and not flushes(nextitem):
        with item.config.stash[blocking_manager_key].unblock():
            connection.creation.deserialize_db_from_string(connection._test_serialized_contents)  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Begin with a copy of a migrated database, if there is one."""
    connection.settings_dict["TEST"]["TEMPLATE"] = os.environ.get("TEST_TEMPLATE")


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
