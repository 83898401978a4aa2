"""Whatever is sent, the answer is a problem that says what to mend, and nothing is saved."""

import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assignments.models import Assignment
from occasions.models import Activity, Occasion
from people.models import User
from tests import world
from tests.occasions.calls import YESTERDAY, body, error_codes, problem

pytestmark = pytest.mark.usefixtures("noon")
URL = "/api/v1/occasions"
WRONG = [None, True, [], {}, ["x"], {"x": 1}]
TIMES = [
    "2026-06-12T15:00:00",
    "2026-06-12",
    "2026-06",
    "15:00",
    "tomorrow",
    "",
    "2026-13-12T15:00:00+02:00",
    "2026-06-31T15:00:00+02:00",
    "2026-06-12T25:00:00+02:00",
    "2026-06-12T15:00:00+25:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "0000-01-01T00:00:00Z",
    "20260612T150000",
    "\x00",
    "\ud800",
    1781269200,
    1.5,
    *WRONG,
]
WORDS = ["\x00", "Bio\x00", "\ud800", "x\udfff", *WRONG]
UNITS = ["two", "", "NaN", "Infinity", "1e9", 1.33, 1e9, -1e9, 99999.5, "1" * 1001, *WRONG]
ACTIVITIES = [
    "walk",
    {"kind": "walk"},
    7,
    True,
    None,
    ["walk"],
    [["walk"]],
    [None],
    [{}],
    [{"kind": None}],
    [{"kind": ""}],
    [{"kind": ["walk"]}],
    [{"kind": "två ord"}],
    [{"kind": "x" * 51}],
    [{"kind": "walk\x00"}],
    [{"kind": "\ud800"}],
    [{"kind": "walk", "note": None}],
    [{"kind": "walk", "note": {}}],
    [{"kind": "walk", "note": "x" * 501}],
    [{"kind": "walk", "note": "\x00"}],
    [{"kind": "walk", "colour": "red"}],
    [{"kind": "walk"}] * 21,
]
BAD: list[tuple[str, Any]] = [
    *[(name, value) for name in ("starts_at", "ends_at") for value in TIMES],
    *[(name, value) for name in ("title", "place", "note") for value in WORDS],
    ("title", "x" * 201),
    ("place", "x" * 201),
    ("note", "x" * 4001),
    *[("units", value) for value in UNITS],
    *[("activities", value) for value in ACTIVITIES],
    *[("assignment", value) for value in ("", "x", "\x00", "2190241d-e4cd-4054-ba0f-9a080ac17c6", 1.5, 1, *WRONG)],
    *[
        ("id", value)
        for value in ("", "x", "\x00", "2190241d-e4cd-4054-ba0f-9a080ac17c600", -1, 1, 10**40, *WRONG)
    ],
    *[(name, "x") for name in ("status", "version", "Title", "client", "")],
]


def sent(user: User, method: str, path: str, given: Any, content_type: str = "application/json") -> Any:
    """Send what a careful client would not."""
    content: Any = given if isinstance(given, bytes | str) else json.dumps(given)
    return world.signed_in(user).generic(method, path, content, content_type, headers={"If-Match": '"1"'})


def named(value: object) -> str:
    return ascii(value)[:40]


@pytest.mark.parametrize(("name", "value"), BAD, ids=named)
def test_a_plan_that_cannot_be_meant_names_the_field(
    name: str, value: Any, karin: User, assignment: Assignment
) -> None:
    answer = sent(karin, "POST", URL, body(assignment, YESTERDAY) | {name: value})
    assert all(pointer.split("/")[1] == name for pointer in error_codes(answer)), answer.content
    assert not Occasion.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"), [pair for pair in BAD if pair[0] not in ("id", "assignment")], ids=named
)
def test_an_edit_that_cannot_be_meant_changes_nothing(
    name: str, value: Any, karin: User, assignment: Assignment
) -> None:
    occasion = world.make_occasion(assignment, world.NOW)
    answer = sent(karin, "PATCH", f"{URL}/{occasion.pk}", {"title": "Bio", "note": "Hej", name: value})
    assert error_codes(answer)
    occasion.refresh_from_db()
    assert (occasion.version, occasion.title) == (1, "")


@pytest.mark.parametrize(
    ("action", "given", "pointer", "code"),
    [
        ("complete", {"title": "Bio"}, "/title", "unknown_field"),
        ("complete", {"activities": [{"kind": "skiing"}]}, "/activities/0/kind", "unknown_activity_kind"),
        ("complete", {"units": 0}, "/units", "units_not_whole"),
        ("complete", {"starts_at": "2026-06-10T12:00:00"}, "/starts_at", "offset_required"),
        ("complete", {"ends_at": "2026-06-09T12:00:00+02:00"}, "/ends_at", "end_before_start"),
        ("cancel", {"reason": "Sjuk"}, "/cancelled_by", "required"),
        ("cancel", {"cancelled_by": "client"}, "/reason", "required"),
        ("cancel", {"cancelled_by": "client", "reason": " "}, "/reason", "blank"),
        ("cancel", {"cancelled_by": "client", "reason": "x" * 1001}, "/reason", "max_length"),
        ("cancel", {"cancelled_by": "nobody", "reason": "Sjuk"}, "/cancelled_by", "invalid_choice"),
        ("cancel", {"cancelled_by": "\ud800", "reason": "Sjuk"}, "/cancelled_by", "invalid_choice"),
        ("cancel", {"cancelled_by": "", "reason": "Sjuk"}, "/cancelled_by", "invalid_choice"),
        ("cancel", {"cancelled_by": None, "reason": "Sjuk"}, "/cancelled_by", "null"),
        ("cancel", {"cancelled_by": ["client"], "reason": "Sjuk"}, "/cancelled_by", "invalid_choice"),
        ("cancel", {"cancelled_by": {}, "reason": "Sjuk"}, "/cancelled_by", "invalid_choice"),
        ("cancel", {"cancelled_by": "client", "reason": "Sjuk", "units": 1}, "/units", "unknown_field"),
        ("no-show", {"cancelled_by": "nobody"}, "/cancelled_by", "invalid_choice"),
        ("no-show", {"reason": None}, "/reason", "null"),
        ("no-show", {"note": "Nej"}, "/note", "unknown_field"),
    ],
    ids=named,
)
def test_an_action_that_cannot_be_meant_settles_nothing(
    action: str, given: Any, pointer: str, code: str, karin: User, assignment: Assignment
) -> None:
    occasion = world.make_occasion(assignment, world.NOW)
    answer = sent(karin, "POST", f"{URL}/{occasion.pk}/{action}", given)
    assert answer.status_code == 400
    assert {error["pointer"]: error["code"] for error in answer.json()["errors"]} == {pointer: code}
    occasion.refresh_from_db()
    assert (occasion.version, occasion.status) == (1, "planned")


@pytest.mark.parametrize("position", [0, 1])
def test_an_unknown_kind_of_activity_is_named(position: int, karin: User, assignment: Assignment) -> None:
    activities = [{"kind": "walk"}, {"kind": "coffee"}]
    activities[position] = {"kind": "skiing"}
    answer = sent(karin, "POST", URL, body(assignment, activities=activities))
    refused = problem(answer, 400, "unknown_activity_kind")
    assert refused["errors"][0]["pointer"] == f"/activities/{position}/kind"
    assert refused["detail"] == "Aktiviteten skiing finns inte."
    assert (Occasion.objects.count(), Activity.objects.count()) == (0, 0)


def test_a_kind_no_longer_in_use_or_of_another_municipality_is_unknown(
    karin: User, assignment: Assignment, anna: User
) -> None:
    leksand = anna.memberships.get().municipality
    leksand.activity_kinds.create(code="sauna", name_sv="Bastu", name_en="Sauna")
    assignment.municipality.activity_kinds.filter(code="walk").update(is_active=False)
    for code in ("sauna", "walk"):
        answer = sent(karin, "POST", URL, body(assignment, activities=[{"kind": code}]))
        problem(answer, 400, "unknown_activity_kind")


def test_twenty_activities_are_a_full_day(karin: User, assignment: Assignment) -> None:
    answer = sent(karin, "POST", URL, body(assignment, activities=[{"kind": "walk"}] * 20))
    assert (answer.status_code, len(answer.json()["activities"])) == (201, 20)


def test_every_field_is_named_at_once(karin: User, assignment: Assignment) -> None:
    answer = sent(karin, "POST", URL, {"title": 1.5, "units": "two", "activities": [{"kind": 7.5}, {}]})
    found = error_codes(answer)
    assert found["/assignment"] == found["/starts_at"] == found["/ends_at"] == "required"
    assert found["/activities/1/kind"] == "required"
    assert found["/units"] == "invalid"


@pytest.mark.parametrize("content", ["[]", "null", "7", '"Bio"', "true", "[[]]", '[{"title": "Bio"}]'])
@pytest.mark.parametrize("path", ["", "/{id}/complete", "/{id}"])
def test_json_that_is_no_object_is_invalid(content: str, path: str, karin: User, assignment: Assignment) -> None:
    occasion = world.make_occasion(assignment, world.NOW)
    method = "PATCH" if path == "/{id}" else "POST"
    error_codes(sent(karin, method, URL + path.format(id=occasion.pk), content))
    occasion.refresh_from_db()
    assert (occasion.version, Occasion.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    "content",
    ["{", "{x: 1}", "title=Bio", '{"units": NaN}', '{"units": Infinity}', b"\xff\xfe", b"\x00", '{"a": 1}}',
     '{"units": ' + "1" * 5000 + "}"],
    ids=named,
)  # fmt: skip
def test_what_is_no_json_is_malformed(content: str | bytes, karin: User, assignment: Assignment) -> None:
    problem(sent(karin, "POST", URL, content), 400, "malformed")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "rubbish",
    ],
)
def test_another_content_type_is_not_taken(content_type: str, karin: User, assignment: Assignment) -> None:
    answer = sent(karin, "POST", URL, json.dumps(body(assignment)), content_type)
    problem(answer, 415, "unsupported_media_type")
    assert not Occasion.objects.exists()


@pytest.mark.parametrize("occasion_id", ["x", "1", "%00", "00000000", "0" * 400, "..", "%F0%9F%8E%AC"])
@pytest.mark.parametrize(("method", "action"), [("GET", ""), ("PATCH", ""), ("POST", "/complete")])
def test_what_is_no_id_does_not_exist(occasion_id: str, method: str, action: str, karin: User) -> None:
    problem(sent(karin, method, f"{URL}/{occasion_id}{action}", {}), 404, "not_found")


def test_an_assignment_that_is_not_there_does_not_exist(karin: User, assignment: Assignment) -> None:
    refused = problem(sent(karin, "POST", URL, body(assignment) | {"assignment": str(uuid4())}), 404, "not_found")
    assert refused["errors"][0]["pointer"] == "/assignment"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["id", "assignment", "starts_at", "ends_at", "place", "title", "note", "units", "activities"]
)


@given(garbage=st.dictionaries(FIELDS | st.text(max_size=8), JSON, max_size=4))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_at_all_makes_the_server_stumble(
    garbage: dict[str, Any], karin: User, assignment: Assignment
) -> None:
    answer = sent(karin, "POST", URL, body(assignment) | garbage)
    assert answer.status_code in (200, 201, 400, 404, 409), answer.content
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
