"""Stay attached to the server: greet, send what the outbox holds, carry out commands."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final, Protocol, cast, final

from websockets.exceptions import WebSocketException

from taskyard.kit.mux.carrier import Endpoint
from taskyard.kit.mux.mux import Mux, MuxStream, Target
from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.link import (
    Command,
    Hello,
    Manifest,
    Reply,
    RunnerMessage,
    ServerMessage,
)
from taskyard.runner.link.backoff import Backoff
from taskyard.runner.link.dial import DialRefused
from taskyard.runner.link.outbox import Outbox

__all__ = ["Dialler", "LinkClient", "Refused"]

log = logging.getLogger(__name__)

#: Events on the way without an acknowledgement; more would only fill the server's queue.
WINDOW_EVENTS: Final = 512
WINDOW_BYTES: Final = 4 * 1024 * 1024
WELCOME_SECONDS: Final = 30.0
#: Dials in a row that end in "unauthorized" before the token is believed to be dead: one
#: may come from a server that has just lost its database.
REFUSALS: Final = 8


class Refused(Exception):
    """The server does not want this runner; the text is its reason."""


class Dialler(Protocol):
    async def serve(self, endpoint: Endpoint) -> None:
        """Connect, serve the endpoint until the connection ends."""
        ...


class Commands(Protocol):
    async def handle(self, command: Command) -> Reply:
        """Carry out a command, once, however often it comes. Never raises."""
        ...


@final
class LinkClient:
    """One link at a time, dialled again when it is lost.

    `on_manifest` is called at every welcome: the manifest may have changed.
    """

    def __init__(
        self,
        *,
        dialler: Dialler,
        hello: Callable[[], Hello],
        outbox: Outbox,
        commands: Commands,
        on_manifest: Callable[[Manifest], None],
        on_open: Callable[[MuxStream, Target], None],
        backoff: Backoff,
        supervisor: Supervisor,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._dialler = dialler
        self._hello = hello
        self._outbox = outbox
        self._commands = commands
        self._on_manifest = on_manifest
        self._on_open = on_open
        self._backoff = backoff
        self._supervisor = supervisor
        self._sleep = sleep
        self._connection: _Connection | None = None
        self._welcomed_once = False

    @property
    def attached(self) -> bool:
        return self._connection is not None and self._connection.welcomed.is_set()

    async def run(self) -> None:
        """Dial for ever. Raises `Refused` when the server says not to come back."""
        loop = asyncio.get_running_loop()
        refusals = 0
        while True:
            began = loop.time()
            try:
                await self._serve_once()
                refusals = 0
            except DialRefused as exc:
                refusals += 1
                log.warning("the server refused the token: %s", exc)
                if refusals >= REFUSALS:
                    raise Refused(
                        f"the server does not know this runner's token ({exc})"
                    ) from exc
            except (OSError, TimeoutError, WebSocketException, sqlite3.Error) as exc:
                log.info("no link: %s", exc)
            self._backoff.lived(loop.time() - began)
            await self._sleep(self._backoff.next_delay())

    def tell(self, message: RunnerMessage) -> None:
        """Send something that is not durable; without a link it is dropped."""
        if self._connection is not None and self._connection.welcomed.is_set():
            self._connection.send(message)

    async def drained(self) -> None:
        """Wait until the server has acknowledged every event there is now."""
        target = self._outbox.highest
        while self._outbox.acked < target:
            self._outbox.changed.clear()
            await self._outbox.changed.wait()

    async def _serve_once(self) -> None:
        async with Supervisor() as supervisor:
            connection = _Connection(
                outbox=self._outbox,
                supervisor=supervisor,
                on_command=self._command,
                on_welcome=self._welcome,
                on_manifest=self._on_manifest,
                on_open=self._on_open,
                on_go_away=self._backoff.spread,
            )
            self._connection = connection
            try:
                connection.send(self._hello())
                supervisor.start(connection.guard(), name="welcome-deadline")
                await self._dialler.serve(connection.mux)
            finally:
                self._connection = None
            if connection.refused:
                raise Refused(connection.refused)

    def _command(self, command: Command) -> None:
        """A command outlives the connection it came by; its answer may not."""
        self._supervisor.start(
            self._carry_out(command), name=f"command {command['name']}"
        )

    async def _carry_out(self, command: Command) -> None:
        self.tell(await self._commands.handle(command))

    async def _welcome(self, acked: int) -> bool:
        """Say whether the events may flow; False means dial again."""
        first, self._welcomed_once = not self._welcomed_once, True
        if self._outbox.is_behind(acked, first=first):
            log.warning(
                "the server has seen more of this stream than the disk: new stream"
            )
            await self._outbox.fork()
            return False
        self._outbox.acknowledge(acked)
        return True


@final
class _Connection:
    """What belongs to one WebSocket."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        supervisor: Supervisor,
        on_command: Callable[[Command], None],
        on_welcome: Callable[[int], Awaitable[bool]],
        on_manifest: Callable[[Manifest], None],
        on_open: Callable[[MuxStream, Target], None],
        on_go_away: Callable[[float], None],
    ) -> None:
        self.mux = Mux(
            dialled=True,
            on_open=on_open,
            on_message=self._received,
            on_go_away=lambda body: on_go_away(float(body.get("spread_seconds", 0))),
        )
        self.welcomed = asyncio.Event()
        self.refused = ""
        self._outbox = outbox
        self._supervisor = supervisor
        self._on_command = on_command
        self._on_welcome = on_welcome
        self._on_manifest = on_manifest

    def send(self, message: RunnerMessage) -> None:
        self.mux.send_message(cast("dict[str, Any]", message))

    async def guard(self) -> None:
        """Drop a connection on which nobody says welcome."""
        try:
            async with asyncio.timeout(WELCOME_SECONDS):
                await self.welcomed.wait()
        except TimeoutError:
            log.warning("the server did not say welcome: dialling again")
            self.mux.hang_up()

    def _received(self, body: dict[str, Any]) -> None:
        message = cast("ServerMessage", body)
        match message["type"]:
            case "welcome":
                self._supervisor.start(
                    self._start(int(message["acked"]), message["manifest"]),
                    name="welcome",
                )
            case "ack":
                self._outbox.acknowledge(int(message["seq"]))
            case "command":
                self._on_command(message)
            case "refused":
                self.refused = message["reason"] or "no reason given"
                self.mux.hang_up()

    async def _start(self, acked: int, manifest: Manifest) -> None:
        if not await self._on_welcome(acked):
            self.mux.hang_up()
            return
        self.welcomed.set()
        self._on_manifest(manifest)
        self._supervisor.every(timedelta(seconds=30), self._ping, name="round-trip")
        await self._send_events(acked)

    async def _ping(self) -> None:
        self.mux.ping()

    async def _send_events(self, sent: int) -> None:
        size = 0  # of what is not acknowledged yet
        sizes: dict[int, int] = {}
        while True:
            self._outbox.changed.clear()
            for seq in [number for number in sizes if number <= self._outbox.acked]:
                size -= sizes.pop(seq)
            room = WINDOW_EVENTS - len(sizes)
            batch = await self._outbox.after(sent, min(room, 64)) if room > 0 else ()
            for entry in batch if size < WINDOW_BYTES else ():
                head = b'{"type":"event","seq":%d,"event":' % entry.seq
                self.mux.send_encoded(head + entry.body + b"}")
                sent = entry.seq
                sizes[entry.seq] = len(entry.body)
                size += len(entry.body)
            if not batch or size >= WINDOW_BYTES:
                await self._outbox.changed.wait()
