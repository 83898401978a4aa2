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


def test_it_is_openapi_3_1_with_the_bearer_token(schema: Any) -> None:
    assert schema["openapi"].startswith("3.1")
    assert schema["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_every_operation_tells_of_problems_and_every_patch_of_if_match(schema: Any) -> None:
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            assert "default" in operation["responses"], f"{method} {path}"
            names = {parameter["name"] for parameter in operation.get("parameters", [])}
            assert ("If-Match" in names) == (method == "patch"), f"{method} {path}"


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
