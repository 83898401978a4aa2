"""What holds for every call, written into the OpenAPI description."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people, in the caller's language."},
        "code": {"type": "string", "description": "Stable; docs/problems.md lists them all."},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "present": {
            "type": "object",
            "description": "The object as it is now (409, 412).",
            "additionalProperties": True,
        },
    },
}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "The ETag that was read. 428 without it, 412 with the present object when stale.",
}


OPTIONAL_HEADERS = {
    "If-Match": "The ETag that was read: 412 with the present object when stale.",
    "Repr-Digest": "`sha-256=:…:` of the file (RFC 9530); 400 when another came.",
    "Content-Digest": "`sha-256=:…:` of the body (RFC 9530); 400 when another came.",
}


class CommandSchema(AutoSchema):
    """Describes a view's `commands` as the bodies of its methods, and its `optional_headers`."""

    def get_override_parameters(self) -> list[Any]:
        """Add the headers that a POST may bring along."""
        names = getattr(self.view, "optional_headers", ()) if self.method == "POST" else ()
        headers = [
            OpenApiParameter(name, location=OpenApiParameter.HEADER, description=OPTIONAL_HEADERS[name])
            for name in names
        ]
        return [*super().get_override_parameters(), *headers]

    def get_request_serializer(self) -> Any:
        """Return the command of the method, where the view names one."""
        return getattr(self.view, "commands", {}).get(self.method) or super().get_request_serializer()


METHODS = {"get", "post", "put", "patch", "delete"}


def describe_conventions(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the problem answer to every operation and If-Match to every PATCH."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    answer = {
        "description": "A problem (RFC 9457)",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for path in result["paths"].values():
        for method in METHODS & path.keys():
            path[method]["responses"]["default"] = answer
            if method == "patch":
                path[method].setdefault("parameters", []).append(IF_MATCH)
    return result
