"""Small values that fit a JSON schema."""

from collections.abc import Mapping
from typing import Any, Final

__all__ = ["instance", "properties_of", "required_of"]

_MAX_DEPTH: Final = 8


def properties_of(schema: Mapping[str, Any] | None) -> Mapping[str, Any]:
    found: Mapping[str, Any] | None = (schema or {}).get("properties")
    return found or {}


def required_of(schema: Mapping[str, Any]) -> list[str]:
    found: list[str] | None = schema.get("required")
    # Once each: a schema comes from the workspace, and a thousand repetitions on each
    # of eight levels would never end.
    return list(dict.fromkeys(found or []))


def instance(schema: Mapping[str, Any], *, text: str, depth: int = 0) -> Any:
    """The smallest value of the schema's first alternative; its strings are `text`."""
    if depth > _MAX_DEPTH:
        return None
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for key in ("anyOf", "oneOf"):
        if schema.get(key):
            return instance(schema[key][0], text=text, depth=depth + 1)

    kind = schema.get("type", "object")
    # Google writes types in capitals.
    name = str(kind if isinstance(kind, str) else kind[0]).lower()
    if name == "object":
        properties = properties_of(schema)
        return {
            key: instance(
                properties.get(key, {"type": "string"}), text=text, depth=depth + 1
            )
            for key in required_of(schema) or list(properties)
        }
    plain: dict[str, Any] = {
        "string": text,
        "array": [],
        "boolean": False,
        "integer": 0,
        "number": 0,
    }
    return plain.get(name)
