"""Content that a tool shows: an editor refuses a whole update for one wrong block."""

from collections.abc import Mapping
from typing import Final

from taskyard.kit.shapes import as_object
from taskyard.protocol.acp import Json

__all__ = ["content_block"]

#: Type of a block -> its fields that must be texts.
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("text",),
    "image": ("data", "mimeType"),
    "audio": ("data", "mimeType"),
    "resource_link": ("uri", "name"),
}


def content_block(given: object) -> Json | None:
    """The block as the protocol has it; None when it is none."""
    block = as_object(given)
    type_ = block.get("type")
    if type_ == "resource":
        resource = as_object(block.get("resource"))
        body = "text" if isinstance(resource.get("text"), str) else "blob"
        fields = _texts(resource, ("uri", body))
        return {"type": "resource", "resource": fields} if fields else None

    names = _FIELDS.get(type_) if isinstance(type_, str) else None
    fields = _texts(block, names) if names else None
    return {"type": type_, **fields} if fields else None


def _texts(block: Json, names: tuple[str, ...]) -> Json | None:
    if not all(isinstance(block.get(name), str) for name in names):
        return None
    return {name: block[name] for name in names}
