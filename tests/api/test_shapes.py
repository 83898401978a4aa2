"""What is written without a serializer has just the fields, and the types, that the API's description says."""

from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from rest_framework.test import APIClient

from assignments.models import Adjustment, Assignment
from occasions.models import Activity, ActivityKind, Occasion
from people.models import Municipality, Role, User
from tests import world

API = "/api/v1"


@pytest.fixture(scope="module")
def schema() -> Any:
    return APIClient().get("/api/schema").json()


@pytest.fixture
def varied(noon: Any, karin: User, inger: User, assignment: Assignment) -> list[Occasion]:
    """Occasions in every state, with whatever an occasion may have, and something of all that /home shows."""
    later = world.NOW + timedelta(days=1)
    been = world.make_occasion(
        assignment,
        world.NOW - timedelta(days=3, minutes=7, microseconds=3),
        status="completed",
        units="2",
        note="Bra",
    )
    for position, kind in enumerate(("walk", "coffee")):
        kind_row = ActivityKind.objects.get(municipality=assignment.municipality, code=kind)
        Activity.objects.create(occasion=been, kind=kind_row, position=position, note='"citat" & ÅÄÖ')
    missed = world.make_occasion(
        assignment, world.NOW - timedelta(days=5), status="no_show", cancelled_at=world.NOW, reason="Hon kom inte"
    )
    planned = world.make_occasion(assignment, later, place="Bio", title="Film")
    skipped = world.make_occasion(
        assignment, later, status="cancelled", cancelled_by="other", skipped_for=planned, cancelled_at=world.NOW
    )
    asked = world.make_occasion(
        assignment, later + timedelta(days=1), asked="waiting", asked_units="3.5", units_reason="Lång resa"
    )
    Adjustment.objects.create(
        decision=assignment.decision, on=world.NOW.date(), units=-1, reason="Flytt", made_by=inger
    )
    world.make_expense(assignment)
    world.make_expense(assignment, status="submitted", claimed="129.50")
    world.make_notification(karin)
    return [been, missed, planned, skipped, asked]


def fits(found: Any, described: Any, schema: Any, at: str = "$") -> None:
    """Fail unless each object has just the fields that are described, whatever is in them."""
    while "$ref" in described or "allOf" in described:
        if "$ref" in described:
            described = schema["components"]["schemas"][described["$ref"].rsplit("/", 1)[1]]
        else:
            (described,) = described["allOf"]
    if "oneOf" in described and found is not None:
        described = next(one for one in described["oneOf"] if one.get("type") != "null")
        return fits(found, described, schema, at)
    if isinstance(found, dict):
        assert found.keys() == described["properties"].keys(), at
        for name, value in found.items():
            fits(value, described["properties"][name], schema, f"{at}.{name}")
    if isinstance(found, list):
        for one in found:
            fits(one, described["items"], schema, f"{at}[]")
    return None


def parts(found: Any, described: Any, schema: Any) -> list[tuple[Any, Any]]:
    """Return an answer with its description; of a page each of its results."""
    if "results" not in found:
        return [(found, described)]
    page = schema["components"]["schemas"][described["$ref"].rsplit("/", 1)[1]]
    return [(one, page["properties"]["results"]["items"]) for one in found["results"]]


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("home", "home"),
        ("occasions", "occasions"),
        ("occasions/{occasion_id}", "occasions/{occasion}"),
        ("assignments/{assignment_id}/quota", "assignments/{assignment}/quota"),
        ("quotas", "quotas"),
        ("allowances", "allowances"),
    ],
)
def test_an_answer_is_as_it_is_described(
    path: str, address: str, schema: Any, varied: list[Occasion], karin: User, assignment: Assignment
) -> None:
    described = schema["paths"][f"{API}/{path}"]["get"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    for occasion in varied:
        asked = address.format(occasion=occasion.pk, assignment=assignment.pk)
        answer = world.signed_in(karin).get(f"{API}/{asked}")
        assert answer.status_code == 200
        for found, wanted in parts(answer.json(), described, schema):
            fits(found, wanted, schema)
            whole = {**wanted, "components": schema["components"]}
            jsonschema.validate(found, whole, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("who", ["karin", "sven", "inger"])
def test_lists_and_single_reads_and_home_tell_the_same(
    who: str, varied: list[Occasion], karin: User, sven: User, inger: User, kalix: Municipality
) -> None:
    world.add_roles(sven, kalix, Role.COORDINATOR)
    phone = world.signed_in({"karin": karin, "sven": sven, "inger": inger}[who])
    listed = {one["id"]: one for one in phone.get(f"{API}/occasions").json()["results"]}
    assert len(listed) == len(varied)
    for occasion_id, told in listed.items():
        assert phone.get(f"{API}/occasions/{occasion_id}").json() == told
    for coming in phone.get(f"{API}/home").json()["next_occasions"]:
        assert coming == listed[coming["id"]]


def test_moments_are_told_to_the_microsecond_with_their_offset(karin: User, varied: list[Occasion]) -> None:
    told = world.signed_in(karin).get(f"{API}/occasions/{varied[0].pk}").json()
    assert (told["starts_at"], told["ends_at"]) == (
        "2026-06-07T11:52:59.999997+02:00",
        "2026-06-07T13:52:59.999997+02:00",
    )
    assert told["activities"] == [
        {"kind": "walk", "note": '"citat" & ÅÄÖ'},
        {"kind": "coffee", "note": '"citat" & ÅÄÖ'},
    ]
