"""Where uploads are kept meanwhile, and receipts that came in."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from assignments.models import Assignment
from expenses.models import Expense
from people.models import Municipality, User
from tests import world


@pytest.fixture(autouse=True)
def upload_folder(settings: Settings, tmp_path: Path, quick_settings: None) -> Path:
    """Keep uploads meanwhile in a folder of the test's own, so that it can look for what is left."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(folder)
    return folder


@pytest.fixture
def submitted(assignment: Assignment, karin: User) -> Expense:
    """An expense of Karin's that came in: SEK 100 against a receipt."""
    return world.make_expense(assignment, status="submitted", receipt=world.make_receipt(karin))


@pytest.fixture
def elsewhere(anna: User, leksand: Municipality) -> Expense:
    """An expense of Anna's in Leksand that came in there."""
    return world.make_expense(world.make_assignment(anna, leksand), status="submitted")


@pytest.fixture
def calm(assignment: Assignment, kalix: Municipality) -> Assignment:
    """Karin's assignment, which nobody has to look after: she was met yesterday, and all of April and May."""
    for day in (date(2026, 4, 7), date(2026, 4, 8), date(2026, 5, 7), date(2026, 5, 8), date(2026, 6, 9)):
        world.make_occasion(assignment, datetime(day.year, day.month, day.day, 10, tzinfo=UTC), status="completed")
    return assignment
