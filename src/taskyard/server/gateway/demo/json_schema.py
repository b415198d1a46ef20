"""Small values that fit a JSON schema.

A schema comes from the workspace: what does not fit counts as absent.
"""

from collections.abc import Mapping
from typing import Any, Final

from taskyard.kit.shapes import as_list, as_object

__all__ = ["instance", "properties_of", "required_of"]

_MAX_DEPTH: Final = 8


def properties_of(schema: object) -> Mapping[str, Any]:
    return as_object(as_object(schema).get("properties"))


def required_of(schema: object) -> list[str]:
    found = as_list(as_object(schema).get("required"))
    # Once each: a thousand repetitions on each of eight levels would never end.
    return list(dict.fromkeys(name for name in found if isinstance(name, str)))


def instance(schema: object, *, text: str, depth: int = 0) -> Any:
    """The smallest value of the schema's first alternative; its strings are `text`."""
    if depth > _MAX_DEPTH:
        return None
    given = as_object(schema)
    if "const" in given:
        return given["const"]
    if choices := as_list(given.get("enum")):
        return choices[0]
    for key in ("anyOf", "oneOf"):
        if alternatives := as_list(given.get(key)):
            return instance(alternatives[0], text=text, depth=depth + 1)

    kinds = as_list(given.get("type")) or [given.get("type") or "object"]
    name = str(kinds[0]).lower()  # Google writes types in capitals
    if name == "object":
        properties = properties_of(given)
        return {
            key: instance(
                properties.get(key, {"type": "string"}), text=text, depth=depth + 1
            )
            for key in required_of(given) or list(properties)
        }
    plain: dict[str, Any] = {
        "string": text,
        "array": [],
        "boolean": False,
        "integer": 0,
        "number": 0,
    }
    return plain.get(name)
