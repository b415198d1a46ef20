"""A conversation with one agent and no server behind it."""

import asyncio
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Literal, final

from taskyard.kit.clock import Clock
from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.sessions import EventKind, SessionState
from taskyard.runner.agentapi.standalone.state import SavedState
from taskyard.runner.agents.conversation import (
    Busy,
    NotStarted,
    Problem,
    Status,
    Transcript,
)
from taskyard.runner.agents.driver import AgentFailed, Driver, Emit, Launch

__all__ = ["Chat"]

#: As many as AgentAPI tells a client that comes later.
PROBLEMS_KEPT: Final = 100


@final
class Chat:
    """See `Conversation`. The driver's events become messages; nothing else is kept.

    `keep` writes the conversation to the disk: before a message counts as sent, and before
    the agent counts as waiting. So what a client was told survives a kill.
    """

    def __init__(
        self,
        *,
        agent: str,
        transport: Literal["acp", "pty"],
        make_driver: Callable[[Emit], Driver],
        initial_prompt: str,
        keep: Callable[[SavedState], Awaitable[None]],
        clock: Clock,
        supervisor: Supervisor,
    ) -> None:
        self._agent = agent
        self._transport: Literal["acp", "pty"] = transport
        self._driver = make_driver(self._heard)
        self._initial_prompt = initial_prompt
        self._initial_begun = False
        self._initial_over = initial_prompt == ""
        self._initial_sent = False
        self._keep = keep
        self._clock = clock
        self._supervisor = supervisor
        self._state: SessionState = "starting"
        self._turn: _Turn | None = None
        self._problems: deque[Problem] = deque(maxlen=PROBLEMS_KEPT)
        self.transcript = Transcript(
            tells_questions=lambda: transport == "acp" or self._turn is None
        )

    @property
    def agent(self) -> str:
        return self._agent

    @property
    def transport(self) -> Literal["acp", "pty"]:
        return self._transport

    @property
    def status(self) -> Status:
        # Between the agent's readiness and its first turn it must not look ready.
        rests = self._state == "idle" and self._turn is None and self._initial_over
        return "stable" if rests else "running"

    @property
    def screen(self) -> str:
        return self._driver.screen

    @property
    def problems(self) -> Sequence[Problem]:
        return tuple(self._problems)

    def restore(self, saved: SavedState) -> None:
        """Go on with what was said; the same initial prompt is not sent again."""
        self.transcript.restore(saved.messages)
        if saved.initial_prompt_sent and self._initial_prompt in (
            "",
            saved.initial_prompt,
        ):
            self._initial_prompt = saved.initial_prompt
            self._initial_begun = self._initial_sent = self._initial_over = True

    def snapshot(self) -> SavedState:
        return SavedState(
            messages=self.transcript.messages,
            initial_prompt=self._initial_prompt,
            initial_prompt_sent=self._initial_sent,
        )

    def report(self, message: str, level: Literal["error", "warning"]) -> None:
        """Tell a person about something that is not part of the conversation."""
        at = self._clock.now().isoformat()
        self._problems.append(Problem(message=message, level=level, at=at))
        self.transcript.changed()

    async def start(self, launch: Launch) -> None:
        """Start the agent and wait until it asks for something. Raises `AgentFailed`."""
        await self._driver.start(launch)

    async def ended(self) -> str:
        """Wait for the agent's end; a sentence about it."""
        return await self._driver.wait()

    async def close(self, grace_seconds: float) -> None:
        await self._driver.close(grace_seconds)

    async def say(self, text: str) -> None:
        if self._turn is not None or self._state != "idle":
            raise Busy(f"the agent is {'running' if self._turn else self._state}")
        turn = _Turn(text)
        self._turn = turn
        self._supervisor.start(self._run(turn), name="agentapi turn")
        await turn.begun.wait()
        if not turn.was_taken:
            raise NotStarted("the agent did not react to the message")
        await self._keep(self.snapshot())

    async def cancel(self) -> None:
        await self._driver.cancel()

    async def answer(self, request: str, option_id: str) -> None:
        await self._driver.answer_permission(request, option_id)

    async def write_raw(self, data: bytes) -> None:
        await self._driver.write_raw(data)

    # -- turns ------------------------------------------------------------------------

    async def _run(self, turn: "_Turn") -> None:
        def taken() -> None:
            said = {"role": "user", "kind": "text", "text": turn.text}
            self._fold("message", f"user-{turn.id}", said)
            turn.take()

        try:
            await self._driver.prompt(turn.id, turn.text, taken=taken)
        except AgentFailed as exc:
            self._heard("error", turn.id, {"detail": str(exc)})
        finally:
            await self._keep(self.snapshot())
            self._turn = None
            turn.begun.set()
            self.transcript.changed()

    async def _say_first(self) -> None:
        try:
            await self.say(self._initial_prompt)
            self._initial_sent = True
            await self._keep(self.snapshot())
        except (Busy, NotStarted) as exc:
            self.report(f"Failed to send initial prompt: {exc}", "error")
        finally:
            self._initial_over = True
            self.transcript.changed()

    def _heard(self, kind: EventKind, key: str, data: Mapping[str, Any]) -> None:
        if kind == "state":
            self._state = data["state"]
            if (
                self._state == "idle"
                and self._initial_prompt
                and not self._initial_begun
            ):
                self._initial_begun = True
                self._supervisor.start(self._say_first(), name="agentapi first prompt")
        self._fold(kind, key, data)

    def _fold(self, kind: EventKind, key: str, data: Mapping[str, Any]) -> None:
        self.transcript.fold(kind, key, data, self._clock.now().isoformat())


@final
class _Turn:
    def __init__(self, text: str) -> None:
        self.id = str(uuid.uuid4())
        self.text = text
        self.was_taken = False
        self.begun = asyncio.Event()  # taken, or over

    def take(self) -> None:
        self.was_taken = True
        self.begun.set()
