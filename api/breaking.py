"""What one description of the API takes away from clients of another. Pure: two OpenAPI documents in, lines out.

A request may take more than before, and an answer hold more; the other way round is what breaks clients. New
values of enums may come: the description tells clients to be ready for them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
# Bounds, and whether a larger one takes less.
BOUNDS = {
    "minimum": True, "minLength": True, "minItems": True, "maximum": False, "maxLength": False, "maxItems": False,
}  # fmt: skip
SHAPE = ("format", "pattern", "multipleOf")


def breaking_changes(old: Any, new: Any) -> list[str]:
    """Return what clients of `old` can't rely on any more, a line each."""
    return list(Comparison(old, new).lines())


@dataclass
class Comparison:
    """Two descriptions, and the pairs of named schemas that were compared already."""

    old: Any
    new: Any
    seen: set[tuple[str, str, bool]] = field(default_factory=set)

    def lines(self) -> Iterator[str]:
        """Compare operation by operation."""
        for path, operations in self.old["paths"].items():
            for method in METHODS:
                if method not in operations:
                    continue
                call, now = f"{method.upper()} {path}", self.new["paths"].get(path, {}).get(method)
                if now is None:
                    yield f"{call}: is gone"
                else:
                    yield from self._operation(call, operations[method], now)

    def _operation(self, call: str, old: Any, new: Any) -> Iterator[str]:
        if old["operationId"] != new["operationId"]:
            yield f"{call}: is called {new['operationId']}, no longer {old['operationId']}"
        if not old.get("security") and new.get("security"):
            yield f"{call}: asks for signing in"
        yield from self._parameters(call, _by_name(old), _by_name(new))
        yield from self._body(f"{call} body", old.get("requestBody"), new.get("requestBody"))
        for status, answer in old["responses"].items():
            if status.startswith(("2", "3")):
                if status not in new["responses"]:
                    yield f"{call}: never answers {status}"
                    continue
                yield from self._contents(f"{call} {status}", answer, new["responses"][status], asked=False)

    def _parameters(self, call: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
        for name, parameter in new.items():
            if parameter.get("required") and not old.get(name, {}).get("required"):
                yield f"{call} ?{name}: is required"
        for name, parameter in old.items():
            if name not in new:
                yield f"{call} ?{name}: is gone"
            else:
                yield from self._schemas(f"{call} ?{name}", parameter["schema"], new[name]["schema"], asked=True)

    def _body(self, place: str, old: Any, new: Any) -> Iterator[str]:
        if old is None or new is None:
            if old is not None:
                yield f"{place}: is not taken any more"
            elif new is not None and new.get("required"):
                yield f"{place}: is required"
            return
        if new.get("required") and not old.get("required"):
            yield f"{place}: is required"
        yield from self._contents(place, old, new, asked=True)

    def _contents(self, place: str, old: Any, new: Any, *, asked: bool) -> Iterator[str]:
        for media_type, content in old.get("content", {}).items():
            if media_type not in new.get("content", {}):
                yield f"{place}: is never {media_type}"
            else:
                yield from self._schemas(
                    place, content["schema"], new["content"][media_type]["schema"], asked=asked
                )

    def _schemas(self, place: str, old: Any, new: Any, *, asked: bool) -> Iterator[str]:
        """Compare what was and is `asked` of clients, or what they were and are answered."""
        names = old.get("$ref", ""), new.get("$ref", "")
        if any(names):
            if (*names, asked) in self.seen:
                return
            self.seen.add((*names, asked))
        old, new = _followed(self.old, old), _followed(self.new, new)
        yield from _types(place, old, new, asked=asked)
        yield from _values(place, old, new, asked=asked)
        if asked:
            yield from _bounds(place, old, new)
        yield from self._fields(place, old, new, asked=asked)
        if "items" in old and "items" in new:
            yield from self._schemas(f"{place}[]", old["items"], new["items"], asked=asked)

    def _fields(self, place: str, old: Any, new: Any, *, asked: bool) -> Iterator[str]:
        before, now = old.get("properties", {}), new.get("properties", {})
        must, musts = set(old.get("required", ())), set(new.get("required", ()))
        for name in sorted(musts - must if asked else (must - musts) & now.keys()):
            yield f"{place}.{name}: is {'required' if asked else 'no longer always there'}"
        for name, schema in before.items():
            if name not in now:
                yield f"{place}.{name}: is gone"
            else:
                yield from self._schemas(f"{place}.{name}", schema, now[name], asked=asked)


def _by_name(operation: Any) -> dict[str, Any]:
    return {parameter["name"]: parameter for parameter in operation.get("parameters", ())}


def _followed(description: Any, schema: Any) -> Any:
    """Return what a schema says itself; whether it may be null becomes one of its types."""
    if "oneOf" in schema:
        schema, nullable = next(one for one in schema["oneOf"] if "$ref" in one), True
    else:
        nullable = False
    if "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema | {"type": [*_type_list(schema), "null"]} if nullable else schema


def _type_list(schema: Any) -> list[str]:
    given = schema.get("type", [])
    return [given] if isinstance(given, str) else list(given)


def _types(place: str, old: Any, new: Any, *, asked: bool) -> Iterator[str]:
    before, now = ({*_type_list(one)} | ({"number"} & {*_type_list(one)} and {"integer"}) for one in (old, new))
    for lost in sorted(before - now if asked else now - before):
        yield f"{place}: {'can not be' if asked else 'may be'} {lost}"


def _values(place: str, old: Any, new: Any, *, asked: bool) -> Iterator[str]:
    before, now = old.get("enum"), new.get("enum")
    if before is None and now is None:
        return
    if before is None or now is None:
        if (now is not None) == asked:
            yield f"{place}: takes only certain values" if asked else f"{place}: may be any value"
        return
    for value in before:
        if value not in now:
            yield f"{place}: is never {value!r}"


def _bounds(place: str, old: Any, new: Any) -> Iterator[str]:
    for name, larger_takes_less in BOUNDS.items():
        if name in new and (
            name not in old or (new[name] > old[name] if larger_takes_less else new[name] < old[name])
        ):
            yield f"{place}: {name} is {new[name]}"
    for name in SHAPE:
        if name in new and new[name] != old.get(name):
            yield f"{place}: {name} is {new[name]}"
    if new.get("additionalProperties") is False and old.get("additionalProperties") is not False:
        yield f"{place}: takes no other fields"
