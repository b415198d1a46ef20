"""Runners without a workspace: they speak the link to a real server, some of them badly."""

import asyncio
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Final, Self, cast
from uuid import UUID, uuid4

from starlette.types import ASGIApp
from typing_extensions import override

from taskyard.kit.mux.mux import MuxStream
from taskyard.protocol.link import (
    AgentLifecycle,
    Command,
    Hello,
    Manifest,
    Reply,
)
from taskyard.protocol.sessions import EventKind, SessionState
from taskyard.testing.runner_connection import RunnerConnection, TurnedAway

__all__ = [
    "BusyRunner",
    "DoublingRunner",
    "FakeRunner",
    "MuteRunner",
    "RefusingRunner",
    "SteerlessRunner",
    "TurnedAway",
]

AT: Final = "2026-01-01T00:00:00Z"
_DEADLINE: Final = 10.0


class FakeRunner:
    """Behaves: numbers its events, keeps them until acknowledged, acts once per command.

    `async with runner:` connects; `drop` and `connect` lose and renew the link, the
    outbox and the journal stay, as on a workspace's disk.
    """

    def __init__(self, app: ASGIApp, token: str, *, stream: str | None = None) -> None:
        self._app = app
        self.token = token
        self.stream = stream or str(uuid4())
        self.manifest: Manifest | None = None
        self.acked = 0  # by any ack or welcome so far
        self.outbox: dict[int, Any] = {}
        self._sent: dict[int, Any] = {}
        self.commands: list[Command] = []
        self.acted_on: list[Command] = []
        self.journal: dict[str, Reply] = {}
        self.last_seq = 0
        self._connection: RunnerConnection | None = None
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self.drop()

    def go_on_from(self, other: "FakeRunner") -> None:
        """Take over what another runner of the same workspace left on its disk."""
        self.stream, self.last_seq = other.stream, other.last_seq
        self.acked, self.outbox = other.acked, dict(other.outbox)
        self.journal = dict(other.journal)

    # -- the link ---------------------------------------------------------------------

    async def connect(self) -> Manifest:
        """Dial and wait for the welcome. Raises `TurnedAway`."""
        connection = RunnerConnection(
            self._app, self.token, self._received, self.opened
        )
        self._connection = connection
        connection.send(
            Hello(
                type="hello",
                runner_version="fake",
                boot_id=str(uuid4()),
                stream=self.stream,
                operating_system="linux",
                architecture="x86_64",
            )
        )
        try:
            self.manifest = await connection.welcomed()
        except TurnedAway:
            await connection.close()
            self._connection = None
            raise
        for seq in sorted(self.outbox):
            self._send_event(seq)
        return self.manifest

    async def drop(self) -> None:
        """Lose the link."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def closed(self) -> tuple[int, str]:
        """Wait until the server has ended the link; its code and reason."""
        assert self._connection is not None  # noqa: S101 - connect first
        return await self._connection.ended()

    def say(self, message: Mapping[str, Any]) -> None:
        """Send any control message, good or bad."""
        assert self._connection is not None  # noqa: S101 - connect first
        self._connection.send(message)

    # -- events -----------------------------------------------------------------------

    def emit(self, event: Mapping[str, Any]) -> int:
        """Put an event into the outbox, and on its way when there is a link."""
        return self.emit_raw(dict(event))

    def _send_event(self, seq: int) -> None:
        self._sent[seq] = self.outbox[seq]
        self.say({"type": "event", "seq": seq, "event": self.outbox[seq]})

    async def settled(self) -> None:
        """Wait until everything that was emitted is acknowledged."""
        async with asyncio.timeout(_DEADLINE):
            while self.acked < self.last_seq:
                self._changed.clear()
                await self._changed.wait()

    def emit_raw(self, event: Any) -> int:
        """As `emit`, of anything."""
        self.last_seq += 1
        self.outbox[self.last_seq] = event
        if self._connection is not None:
            self._send_event(self.last_seq)
        return self.last_seq

    def forget_acknowledgements(self) -> None:
        """As if the last ones had been lost on the way."""
        self.acked = 0
        self.outbox |= self._sent

    def logs(self, *outputs: str, source: str = "runner") -> int:
        lines = [
            {"at": AT, "source": source, "level": "info", "output": output}
            for output in outputs
        ]
        return self.emit({"name": "logs", "lines": lines})

    def lifecycle(self, state: AgentLifecycle, detail: str = "") -> int:
        return self.emit(
            {"name": "lifecycle", "state": state, "at": AT, "detail": detail}
        )

    def start_session(
        self,
        *,
        id_: UUID | None = None,
        key: str = "ccw",
        resumed: bool = False,
        initial_prompt: str = "",
        external_id: str = "",
        terminal: str = "none",
    ) -> UUID:
        id_ = id_ or uuid4()
        self.emit(
            {
                "name": "session_started",
                "session_id": str(id_),
                "key": key,
                "agent": "claude-code",
                "driver": "acp",
                "external_id": external_id,
                "resumed": resumed,
                "initial_prompt": initial_prompt,
                "terminal": terminal,
            }
        )
        return id_

    def session_event(
        self, session: UUID, kind: EventKind | str, key: str, /, **data: Any
    ) -> int:
        return self.session_events(session, [(kind, key, data)])

    def session_events(
        self, session: UUID, events: Iterable[tuple[str, str, dict[str, Any]]]
    ) -> int:
        """Several at once, as the real runner batches them."""
        return self.emit(
            {
                "name": "session_events",
                "session_id": str(session),
                "events": [
                    {"kind": kind, "key": key, "at": AT, "data": data}
                    for kind, key, data in events
                ],
            }
        )

    def state(self, session: UUID, state: SessionState, **data: Any) -> int:
        return self.session_event(
            session, "state", "state", state=state, source="driver", **data
        )

    def opened(self, stream: MuxStream, target: dict[str, Any]) -> None:
        """The server wants to reach something in the workspace."""
        stream.reject(f"nothing listens at {target}")

    # -- commands ---------------------------------------------------------------------

    async def command(
        self, name: str, *, count: int = 1, seconds: float = _DEADLINE
    ) -> Command:
        """Wait for the `count`-th command of that name that was acted on."""
        async with asyncio.timeout(seconds):
            while True:
                found = [c for c in self.acted_on if c["name"] == name]
                if len(found) >= count:
                    return found[count - 1]
                self._changed.clear()
                await self._changed.wait()

    def answer(self, command: Command) -> Reply | None:
        """What the runner says to a new command; None = nothing."""
        return Reply(type="reply", id=command["id"], ok=True, result={})

    def _received(self, body: dict[str, Any]) -> None:
        match body["type"]:
            case "ack" | "welcome":
                number = body["seq"] if body["type"] == "ack" else body["acked"]
                self.acked = max(self.acked, int(number))
                self.outbox = {s: e for s, e in self.outbox.items() if s > self.acked}
            case "command":
                self._obey(cast("Command", cast("object", body)))
            case _:
                pass
        self._changed.set()

    def _obey(self, command: Command) -> None:
        self.commands.append(command)
        if command["id"] not in self.journal:
            reply = self.answer(command)
            self.acted_on.append(command)
            if reply is None:
                return
            if reply["ok"]:  # what was refused may be asked again
                self.journal[command["id"]] = reply
        else:
            reply = self.journal[command["id"]]
        self.say(reply)


class MuteRunner(FakeRunner):
    """Takes commands and never answers."""

    @override
    def answer(self, command: Command) -> Reply | None:
        return None


class BusyRunner(FakeRunner):
    """Its agent is always in the middle of something."""

    @override
    def answer(self, command: Command) -> Reply | None:
        return Reply(
            type="reply", id=command["id"], ok=False, error="a turn runs", code="busy"
        )


class RefusingRunner(FakeRunner):
    """Its agent takes nothing."""

    @override
    def answer(self, command: Command) -> Reply | None:
        return Reply(
            type="reply", id=command["id"], ok=False, error="broken", code="failed"
        )


class SteerlessRunner(FakeRunner):
    """Its agent cannot be steered."""

    @override
    def answer(self, command: Command) -> Reply | None:
        if command["name"] != "steer":
            return super().answer(command)
        return Reply(
            type="reply", id=command["id"], ok=False, error="no", code="unsupported"
        )


class DoublingRunner(FakeRunner):
    """Sends every event twice."""

    @override
    def _send_event(self, seq: int) -> None:
        super()._send_event(seq)
        super()._send_event(seq)
