"""Permission requests of an agent, as one editor is asked them."""

import asyncio
from typing import Any, Final, final
from uuid import UUID

import structlog
from pydantic import ValidationError

from taskyard.kit.errors import TaskyardError
from taskyard.protocol.acp import Json
from taskyard.protocol.api.acp import PermissionAnswer
from taskyard.protocol.api.tasks import Permission, StoredEvent, TaskDetail
from taskyard.server.identity.actor import Actor
from taskyard.server.tasks.acp.desk import Desk, Opened
from taskyard.server.tasks.acp.rpc import Peer, RpcError
from taskyard.server.tasks.acp.updates import tool_fields

__all__ = ["Questions", "permission_request"]

log: structlog.stdlib.BoundLogger = structlog.get_logger()

_KINDS: Final = frozenset(
    {"allow_once", "allow_always", "reject_once", "reject_always"}
)
_REMEMBERED: Final = 500


@final
class Questions:
    """Each open request is asked once; what was answered elsewhere is taken back."""

    def __init__(self, opened: Opened, *, actor: Actor, desk: Desk, peer: Peer) -> None:
        self._opened = opened
        self._actor = actor
        self._desk = desk
        self._peer = peer
        self._asked: dict[UUID, asyncio.Task[None]] = {}
        self._tool_of: dict[str, str] = {}  # request id -> tool call id

    def note(self, event: StoredEvent) -> None:
        """Remember which tool call a request is about."""
        tool_id = event.data.get("tool_id")
        if event.kind == "permission_requested" and isinstance(tool_id, str):
            self._tool_of[event.key] = tool_id
            while len(self._tool_of) > _REMEMBERED:
                del self._tool_of[next(iter(self._tool_of))]

    async def look(self, task: TaskDetail, group: asyncio.TaskGroup) -> None:
        if not self._opened.may_change or not (task.pending_permissions or self._asked):
            return
        open_ = await self._desk.open_permissions(self._opened.task_id)
        for id_ in self._asked.keys() - {permission.id for permission in open_}:
            self._asked.pop(id_).cancel()
        for permission in open_:
            if permission.id not in self._asked:
                self._asked[permission.id] = group.create_task(self._ask(permission))

    def withdraw_all(self) -> None:
        for question in self._asked.values():
            question.cancel()

    async def _ask(self, permission: Permission) -> None:
        tool_id = self._tool_of.get(permission.request_id, permission.request_id)
        request = permission_request(permission, tool_id=tool_id)
        task_id = self._opened.task_id
        try:
            given = await self._peer.request(
                "session/request_permission", {"sessionId": str(task_id), **request}
            )
            outcome = PermissionAnswer.model_validate(given).outcome
            if outcome.outcome == "selected":
                await self._desk.answer(
                    self._actor, task_id, permission.id, outcome.option_id
                )
        except (RpcError, TaskyardError, ValidationError) as error:
            # It stays open for others: the page, the command line, another editor.
            log.info("acp_permission_not_answered", error=str(error))


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
