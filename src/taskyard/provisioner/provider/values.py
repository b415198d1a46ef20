"""Terraform's dynamic values: msgpack in, plain Python out, and `UNKNOWN` for not yet.

null is None, objects and maps are dicts, lists, sets and tuples are lists.
"""

import json
from typing import Any, Final, cast

import msgpack
from typing_extensions import override

from taskyard.provisioner.provider.wire import Message

__all__ = [
    "UNKNOWN",
    "Object",
    "Unknown",
    "first_object",
    "known",
    "objects",
    "read_value",
    "write_value",
]

Object = dict[str, Any]


class Unknown:
    """A value that only the apply will know."""

    @override
    def __repr__(self) -> str:
        return "<unknown>"

    def __bool__(self) -> bool:
        return False


UNKNOWN: Final = Unknown()

# Terraform writes 0 for a plain unknown and 12 for one it knows something about.
_PLAIN_UNKNOWN: Final = msgpack.ExtType(0, b"\x00")


def known(value: Any) -> bool:
    """Whether `value` is there to be looked at: neither null nor unknown."""
    return value is not None and not isinstance(value, Unknown)


def objects(value: Any) -> list[Object]:
    """The objects in a list, set or list of blocks; none in anything else."""
    if not isinstance(value, list):
        return []
    items = cast("list[Any]", value)
    return [cast("Object", item) for item in items if isinstance(item, dict)]


def first_object(value: Any) -> Object:
    """The only element of a block that may be there once; {} when it is not."""
    found = objects(value)
    return found[0] if found else {}


def read_value(dynamic: Message | None) -> Any:
    if not dynamic:
        return None
    if packed := dynamic.get("msgpack"):
        return _unpack(packed)
    if text := dynamic.get("json"):
        return json.loads(text)
    return None


def write_value(value: Any) -> Message:
    return {"msgpack": _pack(value)}


# msgpack ships no types; these two lines are where that ends.
def _unpack(data: bytes) -> Any:
    unpackb = cast("Any", msgpack).unpackb
    return unpackb(data, ext_hook=_extension, strict_map_key=False)


def _pack(value: Any) -> bytes:
    return cast("bytes", cast("Any", msgpack).packb(value, default=_packable))


def _extension(_code: int, _data: bytes) -> Unknown:
    return UNKNOWN


def _packable(value: object) -> object:
    if isinstance(value, Unknown):
        return _PLAIN_UNKNOWN
    raise TypeError(f"{type(value).__name__} is not a Terraform value")
