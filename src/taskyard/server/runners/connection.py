"""One runner's connection: greet it, store what it says, ask it things."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast, final
from uuid import UUID

import structlog
from typing_extensions import override

from taskyard.kit.clock import Clock
from taskyard.kit.mux import frames
from taskyard.kit.mux.mux import Mux, MuxStream
from taskyard.protocol.link import CommandName, Hello, Manifest, MetadataValue, Reply
from taskyard.server.runners.admission import AgentIdentity
from taskyard.server.runners.link import CommandTimedOut, NotConnected, RunnerLink
from taskyard.server.runners.messages import (
    BadMessage,
    Numbered,
    read_event,
    read_hello,
    read_metadata,
    read_reply,
)

__all__ = ["Connection", "StoreBatch"]

log: structlog.stdlib.BoundLogger = structlog.get_logger()

#: Stores events of a stream; returns the number up to which it is stored.
StoreBatch = Callable[[UUID, Sequence[Numbered]], Awaitable[int]]

#: What waits in memory for the database before no more is read from the socket. Runners
#: have at most 512 events or 4 MiB under way.
_QUEUE_EVENTS: Final = 2048
_QUEUE_BYTES: Final = 16 * 1024 * 1024
#: One transaction: long enough to be cheap per event, short enough to be seen at once.
_BATCH_EVENTS: Final = 256
_HELLO_SECONDS: Final = 15.0
#: Runners ping every 20 to 30 s; two missed and some slack are the end.
SILENCE_SECONDS: Final = 75.0
_METADATA_KEYS: Final = 64
_METADATA_BYTES: Final = 32 * 1024


@final
class Connection(RunnerLink):
    """The link object of one WebSocket. `received` is called by the multiplexer."""

    def __init__(self, *, agent: AgentIdentity, clock: Clock) -> None:
        self._agent = agent
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self.mux = Mux(dialled=False, on_open=_refuse, on_message=self._received)
        self._hello: asyncio.Future[Hello] = self._loop.create_future()
        self._events: deque[tuple[Numbered, int]] = deque()
        self._queued_bytes = 0
        self._arrived = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._replies: dict[str, asyncio.Future[Reply]] = {}
        self._metadata: dict[str, MetadataValue] = {}
        self._heard_at = clock.now()
        self._heard_tick = self._loop.time()
        self._size = 0
        self._ready = False
        self.closed = asyncio.Event()
        self.close_reason = ""

    # -- RunnerLink -------------------------------------------------------------------

    @property
    @override
    def agent(self) -> AgentIdentity:
        return self._agent

    @property
    @override
    def is_ready(self) -> bool:
        return self._ready and not self.closed.is_set()

    @property
    @override
    def heard_at(self) -> datetime:
        return self._heard_at

    @property
    @override
    def metadata(self) -> Mapping[str, MetadataValue]:
        return self._metadata

    @override
    async def command(
        self, name: CommandName, args: Mapping[str, Any], *, id: str, deadline: float
    ) -> Reply:
        if not self.is_ready:
            raise NotConnected
        waiting = self._replies.get(id)
        if waiting is None:
            waiting = self._replies[id] = self._loop.create_future()
            self._say({"type": "command", "id": id, "name": name, "args": dict(args)})
        try:
            async with asyncio.timeout(deadline):
                # Two askers of one command share its reply: neither may cancel it.
                return await asyncio.shield(waiting)
        except TimeoutError:
            self._replies.pop(id, None)
            raise CommandTimedOut(
                detail=f"It did not answer {name!r} within {deadline:g} seconds."
            ) from None

    @override
    async def open(
        self,
        target: dict[str, Any],
        factory: Callable[[], asyncio.BaseProtocol],
        *,
        wait: bool = False,
    ) -> tuple[asyncio.Transport, Any]:
        if not self.is_ready:
            raise NotConnected
        return await self.mux.open(target, factory, wait=wait)

    @override
    def close(self, reason: str, *, final: bool = False) -> None:
        if self.closed.is_set():
            return
        if final:
            self._say({"type": "refused", "reason": reason})
        self.close_reason = reason
        self.closed.set()
        for waiting in self._replies.values():
            if not waiting.done():
                waiting.set_exception(NotConnected())
                waiting.exception()  # seen, even when nobody waits any more
        self._replies.clear()

    @override
    def go_away(self, *, spread_seconds: float) -> None:
        body = {"spread_seconds": spread_seconds}
        self.mux.say(frames.encode_json(frames.Kind.GOAWAY, body))

    # -- the socket -------------------------------------------------------------------

    async def room(self) -> None:
        """Wait until events may be taken off the socket again."""
        await self._has_room.wait()

    def heard(self, size: int) -> None:
        """Something of `size` bytes has arrived and is about to be handed to the mux."""
        self._size = size
        self._heard_at = self._clock.now()
        self._heard_tick = self._loop.time()

    def silent_for(self) -> float:
        """Seconds since anything was heard."""
        return self._loop.time() - self._heard_tick

    # -- the conversation -------------------------------------------------------------

    async def hello(self) -> Hello:
        """The runner's first message. Raises `TimeoutError`, `BadMessage`."""
        async with asyncio.timeout(_HELLO_SECONDS):
            return await self._hello

    def welcome(self, *, acked: int, manifest: Manifest) -> None:
        """From here on the runner sends events, and may be asked."""
        self._say({"type": "welcome", "acked": acked, "manifest": manifest})
        self._ready = True

    async def store_events(self, stream: UUID, store: StoreBatch) -> None:
        """Store and acknowledge what arrives, until cancelled."""
        while True:
            batch = await self._next_batch()
            stored = await store(stream, batch)
            self._say({"type": "ack", "seq": stored})

    async def _next_batch(self) -> list[Numbered]:
        while not self._events:
            self._arrived.clear()
            await self._arrived.wait()

        batch = list[Numbered]()
        while self._events and len(batch) < _BATCH_EVENTS:
            numbered, size = self._events.popleft()
            self._queued_bytes -= size
            batch.append(numbered)
        if not self._is_full():
            self._has_room.set()
        return batch

    def _is_full(self) -> bool:
        return len(self._events) >= _QUEUE_EVENTS or self._queued_bytes >= _QUEUE_BYTES

    def _received(self, body: dict[str, Any]) -> None:
        """One control message; a bad one is left out and logged, never fatal."""
        try:
            match body.get("type"):
                case "hello":
                    if not self._hello.done():
                        self._hello.set_result(read_hello(body))
                case "event":
                    self._take_event(read_event(body))
                case "metadata":
                    self._take_metadata(read_metadata(body))
                case "reply":
                    self._take_reply(read_reply(body))
                case unknown:
                    self._refuse_message(body, f"unknown type {unknown!r}"[:100])
        except BadMessage as bad:
            self._refuse_message(body, str(bad))

    def _refuse_message(self, body: dict[str, Any], problem: str) -> None:
        log.warning(
            "runner_message_left_out",
            workspace=str(self._agent.workspace_id),
            problem=problem,
        )
        if body.get("type") == "hello" and not self._hello.done():
            self._hello.set_exception(BadMessage(problem))
            self._hello.exception()  # seen, even when nobody waits any more

    def _take_event(self, numbered: Numbered) -> None:
        self._events.append((numbered, self._size))
        self._queued_bytes += self._size
        self._arrived.set()
        if self._is_full():
            self._has_room.clear()

    def _take_metadata(self, value: MetadataValue) -> None:
        known = value["key"] in self._metadata
        size = len(value["value"]) + len(value["error"])
        if size <= _METADATA_BYTES and (known or len(self._metadata) < _METADATA_KEYS):
            self._metadata[value["key"]] = value

    def _take_reply(self, reply: Reply) -> None:
        waiting = self._replies.pop(reply["id"], None)
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)

    def _say(self, message: Mapping[str, Any]) -> None:
        self.mux.send_message(cast("dict[str, Any]", message))


def _refuse(stream: MuxStream, _target: dict[str, Any]) -> None:
    stream.reject("runners may not open streams")
