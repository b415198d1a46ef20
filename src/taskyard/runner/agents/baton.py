"""Who may talk to an agent: the chat, or the person at the agent's own terminal."""

import asyncio
import logging
from contextlib import suppress
from typing import Any, Final, Literal, Protocol, final

from taskyard.protocol.sessions import Controller, EventKind, SessionTerminal
from taskyard.runner.agents.driver import AgentFailed, Unsupported
from taskyard.runner.agents.journal import Journal, StoredControl

__all__ = ["Baton", "Holder"]

log = logging.getLogger(__name__)

#: A message that comes while the agent changes sides waits this long before it is refused.
PATIENCE_SECONDS: Final = 10.0
_IN_TERMINAL: Final = (
    "the agent is in its terminal: messages wait until the chat has control again"
)
_ON_THE_WAY: Final = "the agent is on its way between the chat and its terminal"


class Holder(Protocol):
    """What the baton asks of the session it belongs to."""

    async def come_to_rest(self, *, cancel_turn: bool) -> None:
        """Return when no turn runs; end one only if told to. Raises `Busy`."""
        ...

    async def change_sides(self, controller: Controller) -> None:
        """End the agent's process and begin the one of that side. Raises `AgentFailed`."""
        ...

    def tell(self, kind: EventKind, key: str, data: dict[str, Any]) -> None: ...


@final
class Baton:
    """One controller at a time.

    What happens when the runner is killed on the way:
    1. "terminal" is on the disk before the chat's process is ended. The next runner finds
       it and starts the terminal's (a build of the workspace later, the chat's).
    2. "returning" is on the disk before the terminal's process is ended. The next runner
       starts the chat's, and has it tell again what was said.
    3. "chat" is on the disk when that is in the outbox. A runner killed just before tells
       it once more, under the same keys.
    """

    def __init__(
        self,
        holder: Holder,
        *,
        journal: Journal,
        session_id: str,
        terminal: SessionTerminal,
        boot: str,
    ) -> None:
        self.terminal: Final = terminal
        self.controller: Controller = "chat"
        #: The chat's agent is to tell what was said while it was in its terminal.
        self.is_returning = False
        self._holder = holder
        self._journal = journal
        self._session_id = session_id
        self._boot = boot
        self._moving = asyncio.Lock()

    @property
    def is_moving(self) -> bool:
        return self._moving.locked()

    @property
    def refusal(self) -> str:
        """Why no prompt can be taken now; empty when it can."""
        if self.is_moving:
            return _ON_THE_WAY
        return _IN_TERMINAL if self.controller == "terminal" else ""

    async def settled(self) -> None:
        """Wait until it is on one side, but not for ever."""
        if self.is_moving:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS), self._moving:
                    pass

    async def restore(self) -> None:
        """Find out who had control when an earlier runner ended; before the first start."""
        stored = await self._journal.control(self._session_id)
        if stored is None or stored.controller == "chat":
            return
        if stored.controller == "returning":
            self.is_returning = self.terminal == "handover"
        elif stored.boot == self._boot and self.terminal != "none":
            self.controller = "terminal"
            self._tell("server", "the workspace's runner was started again")
        else:
            await self._pass_to("chat", "server", "the workspace was started again")

    async def move(self, controller: Controller, *, cancel_turn: bool) -> None:
        """A person gives control. Raises `Unsupported`, `Busy`, `AgentFailed`."""
        if controller == "terminal" and self.terminal == "none":
            raise Unsupported("this agent has no terminal that we know how to start")
        async with self._moving:
            if controller == self.controller:
                return
            await self._holder.come_to_rest(cancel_turn=cancel_turn)
            await self._pass_to(controller, "user")
            if self.terminal == "handover":
                await self._change_sides(controller)

    async def came_back(self, reason: str) -> None:
        """The agent's program in the terminal has ended by itself. Never raises."""
        async with self._moving:
            if self.controller == "chat":
                return
            await self._pass_to("chat", "agent", reason)
            try:
                await self._holder.change_sides("chat")
            except AgentFailed as exc:
                log.warning("the agent did not come back to the chat: %s", exc)

    async def fall_back(self, reason: str) -> None:
        """There is no terminal to be had after all; the chat has control."""
        detail = f"its terminal could not be opened: {reason}"
        await self._pass_to("chat", "server", detail)

    async def returned(self) -> None:
        """What was said in the terminal is told."""
        self.is_returning = False
        await self._write("chat")

    async def _change_sides(self, controller: Controller) -> None:
        try:
            await self._holder.change_sides(controller)
        except AgentFailed as exc:
            if controller == "chat":
                raise
            await self.fall_back(str(exc))
            await self._holder.change_sides("chat")
            raise AgentFailed(
                f"the agent's terminal could not be opened, the chat goes on: {exc}"
            ) from exc

    async def _pass_to(
        self,
        controller: Controller,
        by: Literal["user", "agent", "server"],
        detail: str = "",
    ) -> None:
        swaps = self.terminal == "handover"
        self.is_returning = controller == "chat" and swaps
        await self._write("returning" if self.is_returning else controller)
        self.controller = controller
        self._tell(by, detail)

    async def _write(
        self, controller: Literal["chat", "terminal", "returning"]
    ) -> None:
        stored = StoredControl(controller=controller, boot=self._boot)
        await self._journal.take_control(self._session_id, stored)

    def _tell(self, by: str, detail: str) -> None:
        data: dict[str, Any] = {"controller": self.controller, "by": by}
        if detail:
            data["detail"] = detail
        self._holder.tell("control", "control", data)
