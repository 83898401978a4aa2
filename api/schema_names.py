"""Names in the API's description, so that generated clients read well: of operations, enums and filters.

No schema is a union, but of one thing and null; whatever has fields or a list of values has a name.
"""

from collections.abc import Iterator
from typing import Any

VERBS = {"PATCH": "edit", "PUT": "set", "DELETE": "delete"}
REF = "#/components/schemas/"
NULL = {"type": "null"}
YES_OR_NO = {"true", "false"}


def operation_name(method: str, name: str, path: str, *, is_list: bool) -> str:
    """Return what clients call an operation: `listOccasions`, `editOccasion`, `completeOccasion`.

    It is made of the `name` of its path, which begins with `all-` where one and many are the same word. A POST to
    a path that ends like its name makes something there.
    """
    if method == "GET":
        return ("list" if is_list else "get") + camel(name.removeprefix("all-"))
    if method in VERBS:
        return VERBS[method] + camel(name)
    if name.endswith(path.rsplit("/", 1)[-1]):
        return "create" + camel(singular(name))
    return camel(name)[0].lower() + camel(name)[1:]


def camel(name: str) -> str:
    """Return `complete-occasion` as `CompleteOccasion`."""
    return "".join(word[:1].upper() + word[1:] for word in name.replace("_", "-").split("-"))


def singular(name: str) -> str:
    """Return `deputies` as `deputy`, `occasions` as `occasion`, and `series` as it is."""
    if name.endswith("series"):
        return name
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")


def name_enums_and_unions(result: dict[str, Any]) -> None:
    """Let every list of values have a name, and nothing be a union."""
    schemas = result["components"]["schemas"]
    for node in list(_nodes(result)):
        _flatten(node, schemas)
    for path in result["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                _name_values(parameter, schemas)


def drop_unused(result: dict[str, Any]) -> None:
    """Leave out the schemas and shared answers that nothing refers to, and put the others in order."""
    for kind in ("responses", "schemas"):
        known, used = result["components"][kind], set[str]()
        waiting = [result["paths"], *(one for name, one in result["components"].items() if name != kind)]
        while waiting:
            references = {node.get("$ref") for node in _nodes(waiting.pop()) if isinstance(node.get("$ref"), str)}
            found = {str(one).rsplit("/", 1)[-1] for one in references if f"/{kind}/" in str(one)} - used
            used |= found
            waiting += [known[name] for name in found]
        result["components"][kind] = {name: known[name] for name in sorted(used)}


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from _nodes(inner)


def _flatten(node: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Write `allOf` one thing as that thing, and a choice of values and nothing as one list of values."""
    if len(node.get("allOf", ())) == 1:
        node |= node.pop("allOf")[0]
    names = [one["$ref"].removeprefix(REF) for one in node.get("oneOf", ()) if "$ref" in one]
    blank, null = "BlankEnum" in names, "NullEnum" in names or NULL in node.get("oneOf", ())
    kept = [name for name in names if name not in ("BlankEnum", "NullEnum")]
    if len(kept) != 1 or not (blank or null):
        return
    del node["oneOf"]
    reference = {"$ref": REF + (_with_blank(kept[0], schemas) if blank else kept[0])}
    node |= {"oneOf": [reference, NULL]} if null else reference


def _with_blank(name: str, schemas: dict[str, Any]) -> str:
    """Return the name of the same values and the empty one."""
    blank = f"{name.removesuffix('Enum')}OrBlankEnum"
    schemas[blank] = schemas[name] | {"enum": [*schemas[name]["enum"], ""]}
    return blank


def _name_values(parameter: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Give the values of a parameter the name they have elsewhere, or one after the parameter."""
    values = parameter["schema"].get("enum")
    if values is None:
        return
    values = [value for value in values if value != ""]  # nothing to filter by
    if set(values) == YES_OR_NO:
        parameter["schema"] = {"type": "boolean"}
        return
    alike = [name for name, one in schemas.items() if set(one.get("enum", ())) == set(values)]
    name = alike[0] if alike else f"{camel(parameter['name'])}Enum"
    if schemas.setdefault(name, {"type": "string", "enum": values}).get("enum") != values and not alike:
        raise ValueError(f"Two parameters named {parameter['name']} take different values: name one of them")
    parameter["schema"] = {"$ref": REF + name}
