"""Read JSON of unknown shape: what does not fit counts as empty."""

import json
from typing import Any, cast

__all__ = ["as_list", "as_object", "as_objects", "parsed"]


def parsed(text: str | bytes | bytearray) -> Any:
    """The document, or None where this is none, or one too deep to be read."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def as_object(value: Any) -> dict[str, Any]:
    """`value` if it is an object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """`value` if it is a list, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def as_objects(value: Any) -> list[dict[str, Any]]:
    """The objects in `value`, if it is a list."""
    return [as_object(item) for item in as_list(value) if isinstance(item, dict)]
