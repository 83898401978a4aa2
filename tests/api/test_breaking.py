"""What breaks the clients of the last release, and what does not."""

from copy import deepcopy
from typing import Any

import pytest
from django.core.management import call_command

from api.breaking import breaking_changes

PATH = "/api/v1/walks"
WALK = {
    "type": "object",
    "required": ["id", "kind"],
    "properties": {
        "id": {"type": "string"},
        "kind": {"$ref": "#/components/schemas/KindEnum"},
        "dog": {"oneOf": [{"$ref": "#/components/schemas/Dog"}, {"type": "null"}]},
    },
}
PLAN = {
    "type": "object",
    "required": ["kind"],
    "additionalProperties": False,
    "properties": {
        "kind": {"$ref": "#/components/schemas/KindEnum"},
        "note": {"type": "string", "maxLength": 100},
        "km": {"type": ["number", "null"]},
    },
}
RELEASED: dict[str, Any] = {
    "paths": {
        PATH: {
            "post": {
                "operationId": "createWalk",
                "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer"}}],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/PlanRequest"}}},
                },
                "responses": {
                    "201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Walk"}}}}
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Walk": WALK,
            "PlanRequest": PLAN,
            "Dog": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            "KindEnum": {"type": "string", "enum": ["short", "long"]},
        }
    },
}


def changed(change: str) -> Any:
    """Return the description after a change, written as the statement that makes it."""
    new = deepcopy(RELEASED)
    schemas = new["components"]["schemas"]
    names = {"new": new, "schemas": schemas, "post": new["paths"][PATH]["post"]}
    names |= {"walk": schemas["Walk"], "plan": schemas["PlanRequest"], "dog": schemas["Dog"]}
    exec(change, names)  # noqa: S102 (our own few words)
    return new


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("del new['paths']['/api/v1/walks']", "POST /api/v1/walks: is gone"),
        ("post['operationId'] = 'planWalk'", "POST /api/v1/walks: is called planWalk, no longer createWalk"),
        ("post['security'] = [{'bearer': []}]", "POST /api/v1/walks: asks for signing in"),
        ("post['parameters'].clear()", "POST /api/v1/walks ?limit: is gone"),
        ("post['parameters'][0]['required'] = True", "POST /api/v1/walks ?limit: is required"),
        ("post['responses']['200'] = post['responses'].pop('201')", "POST /api/v1/walks: never answers 201"),
        ("del walk['properties']['dog']", "POST /api/v1/walks 201.dog: is gone"),
        ("walk['required'].remove('id')", "POST /api/v1/walks 201.id: is no longer always there"),
        ("walk['properties']['id']['type'] = 'integer'", "POST /api/v1/walks 201.id: may be integer"),
        ("walk['properties']['id']['type'] = ['string', 'null']", "POST /api/v1/walks 201.id: may be null"),
        ("del dog['properties']['name']; dog['required'] = []", "POST /api/v1/walks 201.dog.name: is gone"),
        ("schemas['KindEnum']['enum'].remove('long')", "POST /api/v1/walks body.kind: is never 'long'"),
        ("plan['required'].append('note')", "POST /api/v1/walks body.note: is required"),
        ("del plan['properties']['note']", "POST /api/v1/walks body.note: is gone"),
        ("plan['properties']['note']['maxLength'] = 50", "POST /api/v1/walks body.note: maxLength is 50"),
        ("plan['properties']['note']['pattern'] = 'x'", "POST /api/v1/walks body.note: pattern is x"),
        ("plan['properties']['km']['type'] = 'number'", "POST /api/v1/walks body.km: can not be null"),
    ],
)
def test_what_clients_rely_on_is_not_taken_away(change: str, told: str) -> None:
    assert told in breaking_changes(RELEASED, changed(change))


@pytest.mark.parametrize(
    "change",
    [
        "new['paths']['/api/v1/dogs'] = new['paths']['/api/v1/walks']",
        "walk['properties']['km'] = {'type': 'number'}",
        "walk['required'].append('dog')",
        "schemas['KindEnum']['enum'].append('round')",
        "plan['properties']['dog'] = {'type': 'string'}",
        "plan['properties']['note']['maxLength'] = 500",
        "plan['required'].clear()",
        "walk['properties']['dog'] = {'$ref': '#/components/schemas/Dog'}",
    ],
)
def test_taking_more_and_telling_more_breaks_nothing(change: str) -> None:
    assert breaking_changes(RELEASED, changed(change)) == []


def test_clients_of_the_last_release_can_go_on() -> None:
    call_command("compare_openapi")
