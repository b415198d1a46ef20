"""A conversation with one agent and no server behind it."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Literal, final

from taskyard.kit.clock import Clock
from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.sessions import EventKind, SessionState
from taskyard.runner.agentapi.standalone.state import SavedState
from taskyard.runner.agents.conversation import Busy, Status, Transcript
from taskyard.runner.agents.driver import AgentFailed, Driver, Emit, Launch

__all__ = ["Chat"]


@final
class Chat:
    """See `Conversation`. The driver's events become messages; nothing else is kept."""

    def __init__(
        self,
        *,
        agent: str,
        transport: Literal["acp", "pty"],
        make_driver: Callable[[Emit], Driver],
        initial_prompt: str,
        clock: Clock,
        supervisor: Supervisor,
    ) -> None:
        self._agent = agent
        self._transport: Literal["acp", "pty"] = transport
        self._driver = make_driver(self._heard)
        self._initial_prompt = initial_prompt
        self._initial_sent = False
        self._clock = clock
        self._supervisor = supervisor
        self._state: SessionState = "starting"
        self._turn = ""
        self.transcript = Transcript()

    @property
    def agent(self) -> str:
        return self._agent

    @property
    def transport(self) -> Literal["acp", "pty"]:
        return self._transport

    @property
    def status(self) -> Status:
        waits = self._initial_prompt and not self._initial_sent
        rests = self._state == "idle" and not self._turn and not waits
        return "stable" if rests else "running"

    @property
    def screen(self) -> str:
        return self._driver.screen

    def restore(self, saved: SavedState) -> None:
        """Go on with what was said; the same initial prompt is not sent again."""
        for message in saved.messages:
            data = {"role": message.role, "kind": "text", "text": message.text}
            self.transcript.fold("message", str(uuid.uuid4()), data, message.at)
        if saved.initial_prompt_sent and self._initial_prompt in (
            "",
            saved.initial_prompt,
        ):
            self._initial_prompt = saved.initial_prompt
            self._initial_sent = True

    def snapshot(self) -> SavedState:
        return SavedState(
            messages=self.transcript.messages,
            initial_prompt=self._initial_prompt,
            initial_prompt_sent=self._initial_sent,
        )

    async def start(self, launch: Launch) -> None:
        """Start the agent and wait until it asks for something. Raises `AgentFailed`."""
        await self._driver.start(launch)

    async def ended(self) -> str:
        """Wait for the agent's end; a sentence about it."""
        return await self._driver.wait()

    async def close(self, grace_seconds: float) -> None:
        await self._driver.close(grace_seconds)

    async def say(self, text: str) -> None:
        if self._turn or self._state != "idle":
            raise Busy(f"the agent is {self._state if not self._turn else 'running'}")
        self._turn = str(uuid.uuid4())
        said = {"role": "user", "kind": "text", "text": text}
        self._fold("message", f"user-{self._turn}", said)
        self._supervisor.start(self._run(self._turn, text), name="agentapi turn")

    async def cancel(self) -> None:
        await self._driver.cancel()

    async def write_raw(self, data: bytes) -> None:
        await self._driver.write_raw(data)

    async def _run(self, turn: str, text: str) -> None:
        try:
            await self._driver.prompt(turn, text)
        except AgentFailed as exc:
            self._heard("error", turn, {"detail": str(exc)})
        finally:
            self._turn = ""
            self._fold("state", "state", {})

    def _heard(self, kind: EventKind, key: str, data: Mapping[str, Any]) -> None:
        if kind == "state":
            self._state = data["state"]
            if (
                self._state == "idle"
                and self._initial_prompt
                and not self._initial_sent
            ):
                self._initial_sent = True
                self._supervisor.start(
                    self.say(self._initial_prompt), name="agentapi initial prompt"
                )
        self._fold(kind, key, data)

    def _fold(self, kind: EventKind, key: str, data: Mapping[str, Any]) -> None:
        self.transcript.fold(kind, key, data, self._clock.now().isoformat())
