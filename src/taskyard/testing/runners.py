"""Runners without a workspace: they speak the link to a real server, some of them badly."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Final, Self, cast, final
from uuid import UUID, uuid4

from starlette.types import ASGIApp, Message
from typing_extensions import override

from taskyard.kit.mux.mux import Mux, MuxStream
from taskyard.kit.mux.pump import PumpCarrier
from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.link import (
    PATH,
    SUBPROTOCOL,
    AgentLifecycle,
    Command,
    Hello,
    Manifest,
    Reply,
)
from taskyard.protocol.sessions import EventKind, SessionState

__all__ = [
    "AsgiSocket",
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


class TurnedAway(Exception):
    """The server closed the connection instead of a welcome."""

    def __init__(self, code: int, reason: str, refused: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.refused = refused  # of the message `refused`; "" when none came


@final
class AsgiSocket:
    """The client's end of a WebSocket to an ASGI application in this process."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        token: str,
        subprotocols: Iterable[str] = (SUBPROTOCOL,),
    ) -> None:
        self._app = app
        self._scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": PATH,
            "raw_path": PATH.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [
                (b"host", b"test"),
                (b"coder-session-token", token.encode()),
            ],
            "client": ("127.0.0.1", 1),
            "server": ("test", 80),
            "subprotocols": list(subprotocols),
            "state": {},
        }
        self._up: asyncio.Queue[Message] = asyncio.Queue()
        self._down: asyncio.Queue[Message | None] = asyncio.Queue()
        self.close_code = 0
        self.close_reason = ""
        self.subprotocol: str | None = None
        self.over = asyncio.Event()

    async def run(self) -> None:
        """Serve the application's side until it is done with the connection."""
        self._up.put_nowait({"type": "websocket.connect"})
        try:
            await self._app(self._scope, self._up.get, self._take)
        finally:
            self._down.put_nowait(None)
            self.over.set()

    async def _take(self, message: Message) -> None:
        self._down.put_nowait(message)

    async def receive(self) -> bytes | None:
        """The next binary message; None at the end, then `close_code` says why."""
        while (message := await self._down.get()) is not None:
            match message["type"]:
                case "websocket.send":
                    return cast("bytes", message["bytes"])
                case "websocket.accept":
                    self.subprotocol = message.get("subprotocol")
                case _:
                    self.close_code = int(message.get("code", 1000))
                    self.close_reason = str(message.get("reason") or "")
                    return None
        return None

    async def send(self, data: bytes) -> None:
        self._up.put_nowait({"type": "websocket.receive", "bytes": data})

    def drop(self) -> None:
        """As when the network is cut: the server learns of it, in the end."""
        self._up.put_nowait({"type": "websocket.disconnect", "code": 1006})


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
        self._connection: _Connection | None = None
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
        connection = _Connection(self._app, self.token, self._received, self.opened)
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


@final
class _Connection:
    """One WebSocket of a fake runner."""

    def __init__(
        self,
        app: ASGIApp,
        token: str,
        received: Callable[[dict[str, Any]], None],
        on_open: Callable[[MuxStream, dict[str, Any]], None],
    ) -> None:
        self._socket = AsgiSocket(app, token=token)
        self._received = received
        self._mux = Mux(
            dialled=True,
            on_open=on_open,
            on_message=self._message,
        )
        self._welcome: asyncio.Future[Manifest] = (
            asyncio.get_running_loop().create_future()
        )
        self._refused = ""
        self._ended = asyncio.Event()
        self._supervisor = Supervisor()
        self._supervisor.start(self._socket.run(), name="server-side")
        self._supervisor.start(self._pump(), name="runner-side")

    def send(self, message: Mapping[str, Any]) -> None:
        self._mux.send_message(dict(message))

    async def welcomed(self) -> Manifest:
        async with asyncio.timeout(_DEADLINE):
            return await self._welcome

    async def ended(self) -> tuple[int, str]:
        async with asyncio.timeout(_DEADLINE):
            await self._ended.wait()
        return self._socket.close_code, self._refused or self._socket.close_reason

    async def close(self) -> None:
        """Hang up and wait until the server has noticed."""
        self._socket.drop()
        async with asyncio.timeout(_DEADLINE):
            await self._socket.over.wait()
        await self._supervisor.close()

    async def _pump(self) -> None:
        carrier = PumpCarrier(
            self._mux, receive=self._socket.receive, send=self._socket.send
        )
        await carrier.run()
        self._ended.set()
        if not self._welcome.done():
            self._welcome.set_exception(
                TurnedAway(
                    self._socket.close_code, self._socket.close_reason, self._refused
                )
            )
            self._welcome.exception()  # seen, even when nobody waits

    def _message(self, body: dict[str, Any]) -> None:
        match body["type"]:
            case "welcome":
                if not self._welcome.done():
                    self._welcome.set_result(body["manifest"])
            case "refused":
                self._refused = str(body["reason"])
            case _:
                pass
        self._received(body)
