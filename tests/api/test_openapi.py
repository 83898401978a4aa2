"""docs/openapi.json is what clients are generated from, also in Kotlin and Swift: everything in it has a name."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from api.examples import EXAMPLES
from api.schema_names import operation_name, singular
from tests.contract import DESCRIPTION, description, validator_for

NULL = {"type": "null"}
# Of what changed only the property is there that its type names; what words were and became is not told.
SOMETIMES = {"Change", "SyncedChange"}
NAMED = ("components", "schemas")


def operations() -> Iterator[tuple[str, Any]]:
    """Yield every operation with what it is called."""
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def nodes(node: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Yield every object of the description that is no example, and where it stands."""
    if isinstance(node, dict):
        yield place, node
    for key, inner in (
        node.items() if isinstance(node, dict) else enumerate(node if isinstance(node, list) else ())
    ):
        if key != "examples":
            yield from nodes(inner, (*place, key))


def has_name(place: tuple[Any, ...]) -> bool:
    return place[:2] == NAMED and len(place) == 3


def test_the_committed_description_is_that_of_the_code(tmp_path: Path) -> None:
    written = tmp_path / "openapi.json"
    call_command("spectacular", format="openapi-json", file=str(written), validate=True, fail_on_warn=True)
    assert json.loads(written.read_text()) == description(), "run: make openapi"
    assert written.read_text() == DESCRIPTION.read_text(), "run: make openapi"


def test_nothing_is_a_union_but_of_one_thing_and_null() -> None:
    for place, node in nodes(description()):
        assert not node.keys() & {"anyOf", "allOf", "nullable", "discriminator"}, place
        if "oneOf" in node:
            named, null = node["oneOf"]
            assert (list(named), null) == (["$ref"], NULL), place


def test_every_list_of_values_and_every_object_has_a_name() -> None:
    for place, node in nodes(description()):
        if "enum" in node or "properties" in node:
            assert has_name(place) or place[-1] == "properties", place
        types = {node["type"]} if isinstance(node.get("type"), str) else set(node.get("type") or ())
        assert len(types - {"null"}) <= 1, f"{place}: {types}"


def test_every_value_of_an_enum_is_another_word_in_any_language() -> None:
    for place, node in nodes(description()):
        words = [str(value).lower().replace("-", "_") for value in node.get("enum", ())]
        assert len(words) == len(set(words)), place


def test_no_two_names_differ_only_in_case() -> None:
    schemas = description()["components"]["schemas"]
    for names in (schemas, *(one.get("properties", ()) for one in schemas.values())):
        alike = [name.lower().replace("_", "") for name in names]
        assert len(alike) == len(set(alike)), list(names)


def test_every_operation_has_a_name_that_reads_as_a_function() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert len(names) == len(set(names))
    assert all(name.isalpha() and name[0].islower() for name in names)
    assert {"getHome", "listOccasions", "createOccasion", "completeOccasion", "editExpense"} <= set(names)


@pytest.mark.parametrize(
    ("method", "name", "path", "is_list", "called"),
    [
        ("GET", "occasions", "/occasions", True, "listOccasions"),
        ("GET", "all-series", "/occasion-series", True, "listSeries"),
        ("GET", "quota", "/assignments/{id}/quota", False, "getQuota"),
        ("POST", "expense-notes", "/expenses/{id}/notes", False, "createExpenseNote"),
        ("POST", "deputies", "/deputies", False, "createDeputy"),
        ("POST", "take-next-expenses", "/expenses/take-next", False, "takeNextExpenses"),
        ("PUT", "notification-preferences", "/notification-preferences", False, "setNotificationPreferences"),
    ],
)
def test_names_follow_from_those_of_the_paths(
    method: str, name: str, path: str, is_list: bool, called: str
) -> None:
    assert operation_name(method, name, path, is_list=is_list) == called


def test_one_of_several_series_is_a_series() -> None:
    assert [singular(name) for name in ("series", "deputies", "occasions")] == ["series", "deputy", "occasion"]


def test_each_operation_says_whether_it_takes_signing_in_and_which_roles() -> None:
    is_open = {call for call, operation in operations() if operation["security"] == []}
    assert is_open == {"GET /api/v1/calendar/{secret}.ics"}
    for call, operation in operations():
        if call not in is_open:
            assert operation["security"] == [{"bearer": []}], call
            assert operation["x-roles"], call


def test_each_problem_is_told_by_status_with_its_codes() -> None:
    shared = description()["components"]["responses"]
    for call, operation in operations():
        assert "default" not in operation["responses"], call
        for status, answer in operation["responses"].items():
            found = shared[answer["$ref"].rsplit("/", 1)[-1]] if "$ref" in answer else answer
            if status >= "4":
                assert list(found["content"]) == ["application/problem+json"], call
                assert found["x-problem-codes"], call


def test_what_is_answered_to_planning_names_the_rules_in_the_way_and_shows_the_occasion() -> None:
    conflict = description()["paths"]["/api/v1/occasions"]["post"]["responses"]["409"]
    assert {"id_conflict", "overlapping", "quota_exceeded"} <= set(conflict["x-problem-codes"])
    (content,) = conflict["content"].values()
    assert content["schema"] == {"$ref": "#/components/schemas/OccasionProblem"}
    problem = description()["components"]["schemas"]["OccasionProblem"]
    assert problem["properties"]["present"] == {"$ref": "#/components/schemas/Occasion"}


def test_every_field_of_an_answer_is_always_there_and_a_command_takes_no_others() -> None:
    for name, schema in description()["components"]["schemas"].items():
        if name.endswith("Request"):
            assert schema["additionalProperties"] is False, name
        elif "properties" in schema and not name.endswith("Problem") and name not in SOMETIMES:
            assert set(schema["required"]) == set(schema["properties"]), name


def test_every_example_is_what_its_schema_says() -> None:
    shown = set()
    for call, operation in operations():
        for place in (operation.get("requestBody", {}), *operation["responses"].values()):
            for content in place.get("content", {}).values():
                for example in content.get("examples", {}).values():
                    wrong = list(validator_for(content["schema"]).iter_errors(example["value"]))
                    assert not wrong, f"{call}: {wrong[0].instance_path}: {wrong[0].message}"
                    shown.add(operation["operationId"])
    assert shown == set(EXAMPLES), "an example of an operation that is not there"
