"""Holds every answer that a test gets against docs/openapi.json: what is not described there fails the test."""

import gzip
import json
import re
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from rest_framework.test import APIClient

DESCRIPTION = Path(__file__).parents[1] / "docs" / "openapi.json"
PREFIX = "api/v1/"
# Whoever asks for what is not there meets the house, not an operation; and nobody foresees what is broken.
HOUSE = {(405, "method_not_allowed"), (500, "internal")}


class DescribedClient(APIClient):
    """Calls as a phone does, and fails the test on an answer that the description does not have."""

    def request(self, **kwargs: Any) -> Any:
        """Call, and look the answer up."""
        response = super().request(**kwargs)
        request = response.wsgi_request
        route = request.resolver_match.route if request.resolver_match else ""
        if route.startswith(PREFIX) and request.method not in ("HEAD", "OPTIONS"):
            check(str(request.method), "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route), response)
        return response


@cache
def description() -> Any:
    """Return docs/openapi.json."""
    return json.loads(DESCRIPTION.read_text())


def described(method: str, path: str, status: int) -> Any:
    """Return what the description has of an answer; None when it knows of none."""
    answers = description()["paths"].get(path, {}).get(method.lower(), {}).get("responses", {})
    answer = answers.get(str(status))
    if answer and "$ref" in answer:
        return description()["components"]["responses"][answer["$ref"].rsplit("/", 1)[-1]]
    return answer


def check(method: str, path: str, response: Any) -> None:
    """Fail unless the description has the answer: its status, its media type, its code and what it holds."""
    status, media_type = response.status_code, response.get("Content-Type", "").split(";")[0]
    body = json.loads(_unpacked(response)) if media_type.endswith("json") else None
    code = body.get("code") if status >= 400 and isinstance(body, dict) else None
    if (status, code) in HOUSE:
        return
    answer, call = described(method, path, status), f"{method} {path}: {status} {code or ''}"
    missing = "is not in docs/openapi.json. A code goes into the view's `problems`; then `make openapi`"
    assert answer is not None, f"{call} {missing}"
    assert code is None or code in answer["x-problem-codes"], f"{call} {missing}"
    content = answer.get("content", {})
    assert media_type in content or not content, f"{call}: {media_type} {missing}"
    if body is not None:
        wrong = [
            f"{one.instance_path}: {one.message}" for one in _validator(method, path, status).iter_errors(body)
        ]
        assert not wrong, f"{call}: {wrong}"


def _unpacked(response: Any) -> bytes:
    content: bytes = response.content
    return gzip.decompress(content) if response.get("Content-Encoding") == "gzip" else content


@cache
def _validator(method: str, path: str, status: int) -> Any:
    (content,) = described(method, path, status)["content"].values()
    return validator_for(content["schema"])


def validator_for(schema: Any) -> Any:
    """Return what holds a value against a schema of the description."""
    return jsonschema_rs.validator_for(schema | {"components": _closed()}, validate_formats=True)


@cache
def _closed() -> Any:
    """Return the schemas, such that a field that is not described fails."""
    schemas = deepcopy(description()["components"]["schemas"])
    for schema in schemas.values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return {"schemas": schemas}
