"""Hand a task's agent to its terminal and back, and reach that terminal."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.mux.mux import StreamReset
from taskyard.protocol.api.tasks import ControlState, SetControl
from taskyard.protocol.link import Reply
from taskyard.protocol.sessions import SessionTerminal
from taskyard.protocol.terminal import MAX_FRAME_BYTES, TerminalSize
from taskyard.server.db.engine import Sessions
from taskyard.server.identity.actor import Actor, Scope
from taskyard.server.runners.link import CommandTimedOut, LinkRegistry, NotConnected
from taskyard.server.runners.sanitise import one_line
from taskyard.server.tasks.errors import (
    AgentHasNoTerminal,
    AppUnreachable,
    ControlNotMoved,
    NoRunningAgent,
    TerminalNotReachable,
)
from taskyard.server.tasks.records import TaskRecord, main_session, terminal_of
from taskyard.server.tasks.service import TaskService
from taskyard.server.tasks.store import TaskStore

__all__ = ["ControlService", "TerminalPlace"]

#: Most agents are there within this time; after it the answer is "under way".
_PATIENCE_SECONDS: Final = 25.0
#: A runner accepts or refuses a watcher at once; one that does neither is not waited for.
OPEN_SECONDS: Final = 15.0
_MAX_SENTENCE: Final = 1000
#: What is read ahead of a slow watcher; beyond it the runner has to wait.
_READ_AHEAD: Final = 2 * MAX_FRAME_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalPlace:
    """Where a task's terminal is, and what its caller may do there."""

    agent_row_id: UUID
    session_id: UUID
    terminal: SessionTerminal
    may_type: bool


class ControlService:
    """One for the process: between its transactions it waits for runners."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        services: Callable[[AsyncSession], TaskService],
        links: LinkRegistry,
    ) -> None:
        self._sessions = sessions
        self._services = services
        self._links = links

    async def set(
        self, actor: Actor, user: str, task: str, body: SetControl
    ) -> ControlState:
        """Give control to the chat or the terminal; asked for what is, nothing happens.

        Raises TaskNotFound, NotTheOwner, NoRunningAgent, AgentHasNoTerminal,
        ControlNotMoved, AppUnreachable.
        """
        place = await self.find(actor, user, task, write=True)
        if body.controller == "terminal" and place.terminal == "none":
            raise AgentHasNoTerminal
        link = self._links.get(place.agent_row_id)
        if link is None:
            raise AppUnreachable(detail="The workspace's runner is not connected.")
        try:
            reply = await link.command(
                "set_control",
                {
                    "session_id": str(place.session_id),
                    "controller": body.controller,
                    "cancel_turn": body.cancel_turn,
                },
                id=str(uuid4()),
                deadline=_PATIENCE_SECONDS,
            )
        except CommandTimedOut:
            return ControlState(
                controller=body.controller, terminal=place.terminal, switching=True
            )
        except NotConnected as lost:
            raise AppUnreachable(detail="The workspace's runner went away.") from lost
        _check(reply)
        return ControlState(controller=body.controller, terminal=place.terminal)

    async def find(
        self, actor: Actor, user: str, task: str, *, write: bool = False
    ) -> TerminalPlace:
        """The session of a task that runs. Raises TaskNotFound, NotTheOwner, NoRunningAgent."""
        async with self._sessions.begin() as session:
            record = await self._services(session).find(actor, user, task)
            if write:
                self._services(session).check_may_change(actor, record)
            return await _place(TaskStore(session), actor, record)

    async def open(
        self, place: TerminalPlace, size: TerminalSize | None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The stream of frames (see protocol.terminal); `size`: make it so large.

        An agent that is in the chat is the runner's to refuse: it knows first who has
        control. Raises AgentHasNoTerminal, TerminalNotReachable, AppUnreachable.
        """
        if place.terminal == "none":
            raise AgentHasNoTerminal
        reader = asyncio.StreamReader(limit=_READ_AHEAD)
        columns, rows = size or (0, 0)
        try:
            link = self._links.require(place.agent_row_id)
            async with asyncio.timeout(OPEN_SECONDS):
                transport, protocol = await link.open(
                    {
                        "service": "terminal",
                        "session_id": str(place.session_id),
                        "columns": columns,
                        "rows": rows,
                    },
                    lambda: asyncio.StreamReaderProtocol(reader),
                    wait=True,
                )
        except TimeoutError:
            raise AppUnreachable(detail="The runner did not answer in time.") from None
        except NotConnected:
            raise AppUnreachable(
                detail="The workspace's runner is not connected."
            ) from None
        except StreamReset as refused:
            reason = one_line(str(refused), _MAX_SENTENCE)
            raise TerminalNotReachable(
                detail=f"{reason[:1].upper()}{reason[1:]}."
            ) from refused
        loop = asyncio.get_running_loop()
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def _place(store: TaskStore, actor: Actor, record: TaskRecord) -> TerminalPlace:
    slug = record.app.slug if record.app else None
    session = main_session(await store.sessions_of(record.id), slug)
    is_alive = record.session_facts(session) is not None
    if session is None or not is_alive or record.agent is None:
        raise NoRunningAgent
    owns = record.task.owner_id == actor.user_id or actor.manages_everything
    return TerminalPlace(
        agent_row_id=record.agent.id,
        session_id=session.id,
        terminal=terminal_of(session),
        may_type=owns and actor.scope is Scope.ALL,
    )


def _check(reply: Reply) -> None:
    if reply["ok"]:
        return
    sentence = reply.get("error", "The runner did not say why.")
    if reply.get("code") == "unsupported":
        raise AgentHasNoTerminal(detail=sentence)
    raise ControlNotMoved(detail=sentence)
