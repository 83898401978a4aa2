"""How Schemathesis is set up here: what is tried, and what counts as an answer."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from schemathesis import CheckContext, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from tests.contract import description

# 400 for what the schema takes is looked at in `refused_for_a_reason`; 412 for a version that was made up.
ACCEPTED = ["2xx", "3xx", "400", "401", "403", "404", "409", "412", "429"]
REFUSED = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "428"]
NO_HEADER = ["400", "401", "403", "404", "415", "428"]
# What no schema can say of one field, by code.
BEYOND_SCHEMA = {
    "max_digits",  # a float that is written with more digits than a tenth has
    "max_decimal_places",
    "max_whole_digits",
    "blank",  # nothing but spaces
    "null_characters_not_allowed",
    "surrogate_characters_not_allowed",
}
# What no schema can say of one field without the others: pointer and code.
BEYOND_ONE_FIELD = {
    ("/claimed_amount", "required"),  # unless there is a drive
    ("/units", "required"),  # where there is a reason for them
    ("", "assignment_or_occasion"),
    ("", "assignment_or_series"),
    ("", "address_required"),
    ("/occasions/*/units", "required"),
    ("/starts_at", "required"),  # where something is planned
    ("/ends_at", "required"),
    ("/rule", "required"),
    ("/from", "required"),  # where something is changed
    ("/id", "required"),  # where the parts have ids
    ("/occasions", "twice"),
    ("/exclude", "twice"),
    ("/on", "month_or_on"),
    ("/decisions/*/approved_amount", "unknown_field"),  # unless it is approved
    ("/cancelled_at", "min_value"),  # before there were clocks in phones
    ("/cursor", "invalid_cursor"),  # whatever did not come with a page
    ("/time_zone", "unknown_time_zone"),
    ("", "quiet_hours_whole"),
    ("/user", "one_of_two"),
    ("/file", "required"),  # an empty part, which the client of these tests writes as none
}


def config(examples: int, role: str) -> SchemathesisConfig:
    """Return the configuration: few cases of each operation that is for the role, or as many of all as asked for.

    They are the same each time.
    """
    forbidden = [] if examples else [*others(role)]
    unrejected = {"negative_data_rejection": {"enabled": False}}
    by_content = {"positive_data_acceptance": {"expected-statuses": [*ACCEPTED, "415"]}}
    return SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "generation": {"max-examples": examples or 3, "deterministic": True, "database": "none"},
            "operations": [
                # An item that can't be read is refused in its own result: the others are done.
                {"include-operation-id": "sendQueue", "checks": unrejected},
                # The client of these tests writes an empty part of a form such that it is none, and no schema says
                # which files are pictures.
                {"include-operation-id": "createReceipt", "checks": unrejected | by_content},
                *([{"include-operation-id": forbidden, "enabled": False}] if forbidden else []),
            ],
            "phases": {"coverage": {"enabled": bool(examples)}},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ACCEPTED},
                "negative_data_rejection": {"expected-statuses": REFUSED},
                "missing_required_header": {"expected-statuses": NO_HEADER},
            },
        }
    )


def others(role: str) -> Iterator[str]:
    """Yield the names of the operations that answer a role with 403: the table of routes tries them."""
    for operations in description()["paths"].values():
        for operation in operations.values():
            if role not in operation.get("x-roles", [role]):
                yield operation["operationId"]


def aim(case: Any, ids: dict[str, str]) -> None:
    """Let half of the cases be about things that are there."""
    for name, value in (case.path_parameters or {}).items():
        known = ids.get(name.removesuffix("_id"))
        if known and _is_even(value):
            case.path_parameters[name] = known
    if isinstance(case.body, dict) and _is_even(case.body.get("assignment")):
        case.body["assignment"] = ids["assignment"]


def refused_for_a_reason(context: CheckContext, response: Response, case: Any) -> None:
    """Fail when what the schema takes is refused as if the schema forbade it."""
    if response.status_code != 400 or case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    problem = response.json()
    if problem["code"] == "invalid":
        found = {(re.sub(r"/\d+", "/*", one["pointer"]), one["code"]) for one in problem["errors"]}
        wrong = {(pointer, code) for pointer, code in found - BEYOND_ONE_FIELD if code not in BEYOND_SCHEMA}
        assert not wrong, f"The schema takes it: {sorted(wrong)}"
    else:
        assert problem["code"] != "malformed"


def _is_even(value: object) -> bool:
    try:
        return UUID(str(value)).int % 2 == 0
    except ValueError:
        return False
