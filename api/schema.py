"""What holds for every call, written into the OpenAPI description."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter
from rest_framework.fields import empty
from rest_framework.serializers import ListSerializer, ModelSerializer

from api import schema_fields  # noqa: F401 (tells drf-spectacular of them)
from api.examples import add_examples
from api.schema_names import drop_unused, name_enums_and_unions, operation_name
from api.schema_problems import PROBLEM_SCHEMAS, common_codes, problem_answers, problem_showing, shared_answers
from core.serializers import CommandSerializer

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
ETAG = {"schema": {"type": "string"}, "description": "The version, for `If-Match`."}


class CommandSchema(AutoSchema):
    """Describes a view by what it says of itself: `commands`, `optional_headers`, `problems`, its path."""

    def get_operation_id(self) -> str:
        """Name the operation after its path, as clients will call it."""
        name = path_names().get(type(self.view), type(self.view).__name__)
        return operation_name(self.method, name, self.path, is_list=self._is_list_view())

    def get_operation(self, *args: Any) -> dict[str, Any] | None:
        """Add the problems that it may answer with."""
        operation: dict[str, Any] | None = super().get_operation(*args)
        if operation is None:
            return None
        if self.method == "PATCH":
            operation.setdefault("parameters", []).append(IF_MATCH)
        codes = common_codes(self.view, self.method, operation)
        codes |= {*getattr(self.view, "problems", {}).get(self.method, ())}
        operation["responses"] |= problem_answers(codes, shown=None if self.method == "GET" else self._shown())
        if self.method == "GET":
            operation["responses"]["304"] = {"description": "Unchanged since the answer of `If-None-Match`."}
        operation["security"] = self.get_auth()
        if roles := getattr(self.view, "roles", {}).get(self.method):
            operation["x-roles"] = sorted(roles)
        return operation

    def get_auth(self) -> list[dict[str, Any]]:
        """Say what it takes to call it; for an open one, that it takes nothing."""
        return [one for one in super().get_auth() if one]

    def get_override_parameters(self) -> list[Any]:
        """Add the headers that a call may bring along."""
        names = getattr(self.view, "optional_headers", ()) if self.method in ("POST", "PUT") else ()
        headers = [
            OpenApiParameter(name, location=OpenApiParameter.HEADER, description=OPTIONAL_HEADERS[name])
            for name in names
        ]
        return [*super().get_override_parameters(), *headers]

    def get_request_serializer(self) -> Any:
        """Return the command of the method, where the view names one."""
        return getattr(self.view, "commands", {}).get(self.method) or super().get_request_serializer()

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        """Tell how many a list of forms may have."""
        schema = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        if isinstance(field, ListSerializer) and direction == "request":
            forms: Any = field
            bounds = {"minItems": 1 - bool(forms.allow_empty), "maxItems": forms.max_length}
            schema |= {name: bound for name, bound in bounds.items() if bound}
        return schema

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        """Tell that a command takes no other fields, and that an answer has all of them.

        But what a serializer that only shows, of no model, says it can do without.
        """
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if direction == "response" and schema.get("properties"):
            whole = isinstance(serializer, ModelSerializer | CommandSerializer)
            needed = [name for name, field in serializer.fields.items() if whole or _is_always_there(field)]
            schema["required"] = [name for name in schema["properties"] if name in needed]
        elif isinstance(serializer, CommandSerializer):
            schema["additionalProperties"] = False
        return schema

    def _shown(self) -> str | None:
        """Return the name of the problem that shows the view's object as it is now."""
        names = ("present_serializer_class", "serializer_class")
        serializer = next((one for name in names if (one := getattr(self.view, name, None))), None)
        if serializer is None:
            return None
        component = self.resolve_serializer(serializer, "response")
        many = getattr(self.view, "presents_many", False)
        schema = problem_showing(component.ref, many=many)
        name = f"{component.name}{'s' * many}Problem"
        kind = ResolvedComponent.SCHEMA
        problem = ResolvedComponent(name, kind, schema=schema, object=name)  # type: ignore[no-untyped-call]
        self.registry.register_on_missing(problem)
        return name


def _is_always_there(field: Any) -> bool:
    return bool(field.required or field.read_only or field.default is not empty)


@cache
def path_names() -> dict[type, str]:
    """Return the name of each view's path."""
    return dict(_named_views(get_resolver()))


def _named_views(resolver: URLResolver) -> Iterator[tuple[type, str]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "cls", None)
            if view is not None and pattern.name:
                yield view, pattern.name
        else:
            yield from _named_views(pattern)


def describe_conventions(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Name what has no name yet, and add what all operations share."""
    components = result["components"]
    components["schemas"] |= PROBLEM_SCHEMAS
    components["responses"] = shared_answers()
    name_enums_and_unions(result)
    for path in result["paths"].values():
        for operation in path.values():
            add_examples(operation)
            for answer in operation["responses"].values():
                _tell_of_etag(answer, components["schemas"])
    drop_unused(result)
    return result


def _tell_of_etag(answer: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Say that an object with a version brings it as its ETag."""
    for content in answer.get("content", {}).values():
        name = content["schema"].get("$ref", "").rsplit("/", 1)[-1]
        if "version" in schemas.get(name, {}).get("properties", {}):
            answer.setdefault("headers", {})["ETag"] = ETAG
