"""The description of the API, and the pages it comes with."""

import json
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient


@pytest.fixture(scope="module")
def schema() -> Any:
    answer = APIClient().get("/api/schema")
    assert answer.status_code == 200
    return json.loads(answer.content)


def parameters(operation: Any) -> dict[str, Any]:
    """Return what an operation takes besides its body, by name."""
    return {parameter["name"]: parameter for parameter in operation.get("parameters", [])}


def test_it_is_openapi_3_1_with_the_bearer_token(schema: Any) -> None:
    assert schema["openapi"].startswith("3.1")
    assert schema["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_every_patch_and_no_other_operation_asks_for_if_match(schema: Any) -> None:
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            needed = {name for name, parameter in parameters(operation).items() if parameter.get("required")}
            assert ("If-Match" in needed) == (method == "patch"), f"{method} {path}"


@pytest.mark.parametrize(
    "path",
    ["expenses/{expense_id}/approve", "pre-approvals/{pre_approval_id}/approve", "expenses/{expense_id}/take"],
)
def test_an_action_may_say_what_was_seen(schema: Any, path: str) -> None:
    header = parameters(schema["paths"][f"/api/v1/{path}"]["post"])["If-Match"]
    assert (header["in"], header.get("required", False)) == ("header", False)


def test_an_upload_may_bring_checksums(schema: Any) -> None:
    assert {"Repr-Digest", "Content-Digest"} <= parameters(schema["paths"]["/api/v1/receipts"]["post"]).keys()


def test_allowances_are_of_a_month_and_come_in_pages(schema: Any) -> None:
    operation = schema["paths"]["/api/v1/allowances"]["get"]
    assert parameters(operation).keys() == {"month", "limit", "cursor"}


def test_what_was_read_off_a_receipt_is_described(schema: Any) -> None:
    known = schema["components"]["schemas"]
    assert known["Suggestion"]["properties"].keys() == {"total", "date", "seller", "is_card_slip"}
    assert known["SuggestedDate"]["properties"]["value"] == {"type": "string", "format": "date"}
    assert "card_slip" in known["SignalKindEnum"]["enum"]


def test_kinds_of_periods_are_described_once(schema: Any) -> None:
    kinds = ["week", "four_weeks", "month", "half_year", "year"]
    assert [name for name, one in schema["components"]["schemas"].items() if one.get("enum") == kinds] == [
        "PeriodEnum"
    ]


@pytest.mark.django_db
def test_the_docs_page_needs_nothing_from_elsewhere() -> None:
    answer = APIClient().get("/api/docs")
    assert answer.status_code == 200
    assert b"https://cdn" not in answer.content
    assert b"swagger-ui" in answer.content
    style = APIClient().get("/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css")
    style.close()
    assert style.status_code == 200


def test_the_type_of_a_problem_leads_somewhere() -> None:
    answer = APIClient().get("/api/docs/problems")
    assert answer.status_code == 200
    assert "`quota_exceeded`" in answer.content.decode()


def test_the_schema_is_made_without_a_warning() -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file="/dev/null")
