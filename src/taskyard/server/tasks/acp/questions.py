"""A permission request of an agent, as editors are asked it."""

from typing import Any, Final

from taskyard.protocol.acp import Json
from taskyard.protocol.api.tasks import Permission
from taskyard.server.tasks.acp.updates import tool_fields

__all__ = ["permission_request"]

_KINDS: Final = frozenset(
    {"allow_once", "allow_always", "reject_once", "reject_always"}
)


def permission_request(permission: Permission, *, tool_id: str) -> Json:
    """`params` of `session/request_permission`, without the session."""
    tool = {**permission.tool}
    tool["title"] = tool.get("title") or permission.title
    return {
        "toolCall": tool_fields(tool_id, tool),
        "options": [_option(o) for o in permission.options if o.get("kind") in _KINDS],
    }


def _option(option: dict[str, Any]) -> Json:
    return {
        "optionId": str(option.get("id")),
        "name": str(option.get("name") or option["kind"]),
        "kind": option["kind"],
    }
