"""The sessions that one connection follows, each in a task of its own."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final, final
from uuid import UUID

from taskyard.protocol.acp import NOT_FOUND, REFUSED
from taskyard.server.tasks.acp.attachment import Attachment, Start
from taskyard.server.tasks.acp.desk import Opened
from taskyard.server.tasks.acp.rpc import RpcError

__all__ = ["Attachments"]

#: Each costs a query for every change of its task.
_MOST: Final = 32


@final
class Attachments:
    def __init__(self, make: Callable[[Opened], Attachment]) -> None:
        self._make = make
        self._attached: dict[UUID, Attachment] = {}
        self._runs: dict[UUID, asyncio.Task[None]] = {}
        self._group: asyncio.TaskGroup | None = None
        # One run of a session at a time: asked twice at once, the second would not see the
        # first, which waits for the end of the run before it.
        self._changing = asyncio.Lock()

    async def during(self, work: Coroutine[Any, Any, None]) -> None:
        """Follow while `work` goes on; ends as well when the editor cannot be told."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                await work
                for run in self._runs.values():
                    run.cancel()
        except* ConnectionError:
            pass

    def get(self, session_id: UUID) -> Attachment | None:
        return self._attached.get(session_id)

    def require(self, session_id: UUID) -> Attachment:
        """Raises RpcError."""
        attachment = self._attached.get(session_id)
        if attachment is None:
            raise RpcError(
                NOT_FOUND,
                "The session is not open here: begin with session/new, session/load or "
                "session/resume.",
            )
        return attachment

    def check_room(self, session_id: UUID) -> None:
        """Raises RpcError."""
        if session_id not in self._attached and len(self._attached) >= _MOST:
            raise RpcError(
                REFUSED,
                f"At most {_MOST} sessions can be followed at a time: close one with "
                "session/close.",
            )

    async def follow(
        self, opened: Opened, start: Start, *, cwd: str, mine: Iterable[UUID]
    ) -> Attachment:
        """A session that is followed already is told anew; its prompts still wait.

        Raises RpcError.
        """
        id_ = opened.task_id
        async with self._changing:
            self.check_room(id_)
            await self._stop(id_)
            attachment = self._attached.setdefault(id_, self._make(opened))
            attachment.begin_anew(opened, cwd=cwd, mine=mine)
            assert self._group is not None  # noqa: S101 - nothing is asked before `during`
            self._runs[id_] = self._group.create_task(attachment.run(start))
            return attachment

    async def leave(self, session_id: UUID) -> None:
        """The editor looks away."""
        async with self._changing:
            attachment = self._attached.pop(session_id, None)
            if attachment is not None:
                attachment.prompts.end_all("cancelled")
                await self._stop(session_id)

    async def _stop(self, session_id: UUID) -> None:
        run = self._runs.pop(session_id, None)
        if run is not None:
            run.cancel()
            await asyncio.wait([run])
