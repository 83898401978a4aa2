"""A municipality says of what its coordinators hear: in the back office, and no nonsense."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from people.models import Municipality
from tests.people import office

FORM = {"name": "Kalix", "time_zone": "Europe/Stockholm"}


def limits(municipality: Municipality) -> tuple[int | None, int | None, int]:
    municipality.refresh_from_db()
    return municipality.unmet_days, municipality.behind_percent, municipality.behind_weeks


def save(municipality: Municipality, unmet_days: object, behind_percent: object, behind_weeks: object) -> Any:
    """Save the page of the municipality, as its administrator."""
    path = reverse("admin:people_municipality_change", args=[municipality.pk])
    body = {"unmet_days": unmet_days, "behind_percent": behind_percent, "behind_weeks": behind_weeks}
    return office.at(office.administrator(municipality)).post(path, FORM | body)


def test_it_is_thirty_days_and_half_of_eight_weeks_until_ada_says_otherwise(kalix: Municipality) -> None:
    assert limits(kalix) == (30, 50, 8)
    assert save(kalix, 14, 75, 12).status_code == 302
    assert limits(kalix) == (14, 75, 12)


def test_what_is_left_empty_is_not_watched(kalix: Municipality) -> None:
    assert save(kalix, "", "", 8).status_code == 302
    assert limits(kalix) == (None, None, 8)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ((0, 50, 8), "unmet_days"), ((1001, 50, 8), "unmet_days"), ((30, 0, 8), "behind_percent"),
        ((30, 101, 8), "behind_percent"), ((30, 50, 0), "behind_weeks"), ((30, 50, 1001), "behind_weeks"),
        ((30, 50, ""), "behind_weeks"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_at_the_field(
    values: tuple[object, object, object], field: str, kalix: Municipality
) -> None:
    assert office.mistakes(save(kalix, *values)).keys() == {field}
    assert limits(kalix) == (30, 50, 8)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"unmet_days": 0}, "municipality_unmet_days_positive"),
        ({"behind_percent": 0}, "municipality_behind_percent_sensible"),
        ({"behind_percent": 101}, "municipality_behind_percent_sensible"),
        ({"behind_weeks": 0}, "municipality_behind_weeks_positive"),
    ],
)
def test_the_database_refuses_it_too(values: dict[str, int], constraint: str, kalix: Municipality) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Municipality.objects.filter(pk=kalix.pk).update(**values)


def test_a_municipality_that_the_last_release_writes_has_them(kalix: Municipality) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_municipality (id, version, created_at, updated_at, code, name, time_zone)"
            " VALUES (gen_random_uuid(), 1, now(), now(), 'pajala', 'Pajala', 'Europe/Stockholm')"
        )
    assert limits(Municipality.objects.get(code="pajala")) == (30, 50, 8)
