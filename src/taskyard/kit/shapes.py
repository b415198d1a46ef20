"""Read JSON of unknown shape: what does not fit counts as empty."""

from typing import Any, cast

__all__ = ["as_list", "as_object", "as_objects"]


def as_object(value: Any) -> dict[str, Any]:
    """`value` if it is an object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """`value` if it is a list, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def as_objects(value: Any) -> list[dict[str, Any]]:
    """The objects in `value`, if it is a list."""
    return [as_object(item) for item in as_list(value) if isinstance(item, dict)]
