"""What still runs of the last release while the tables are brought up to date."""

import pytest
from django.db import connection

from assignments.models import Assignment
from occasions.models import Occasion
from tests import world

pytestmark = pytest.mark.django_db


def test_the_last_release_may_still_plan_and_the_occasion_is_somebodys(assignment: Assignment) -> None:
    made = world.make_occasion(assignment, world.NOW)
    # The columns that it knows; `units` is one that it alone still has.
    columns = (
        "version, created_at, updated_at, creation_fingerprint, action_fingerprint, place, title, status, note, "
        "cancelled_by, reason, assignment_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO occasions_occasion (id, starts_at, ends_at, units, {columns}) "  # noqa: S608
            "SELECT gen_random_uuid(), starts_at + interval '1 day', ends_at + interval '1 day', 1, "
            f"{columns} FROM occasions_occasion WHERE id = %s",
            [made.pk],
        )
    (planned,) = Occasion.objects.exclude(pk=made.pk)
    assert planned.contact_person == assignment.contact_person
    assert (planned.own_units, planned.asked, planned.units_reason) == (None, "", "")
