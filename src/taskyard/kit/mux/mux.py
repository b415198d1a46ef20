"""Many flow-controlled streams over one message carrier."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from typing_extensions import override

from taskyard.kit.mux import frames
from taskyard.kit.mux.carrier import Carrier
from taskyard.kit.mux.frames import Frame, FrameError, Kind
from taskyard.kit.mux.transport import QueuedTransport

Target = dict[str, Any]
OnOpen = Callable[["MuxStream", Target], None]
OnMessage = Callable[[dict[str, Any]], None]

#: Bytes in flight per stream before the reader must have taken some. Credit is given back by
#: the quarter: by the half, a stream settles at half its window per round trip (measured).
#: A reader that takes a quarter in less than half a round trip may be held back by the window,
#: so the window is doubled; it settles at two to four times what the path holds.
DEFAULT_WINDOW: Final = 512 * 1024
MAX_WINDOW: Final = 4 * 1024 * 1024


class StreamReset(ConnectionResetError):
    """The peer ended the stream; the argument is its reason."""


class MuxStream(QueuedTransport):
    """One stream, as an asyncio transport."""

    def __init__(
        self, mux: Mux, id_: int, *, window: int, credit: int, target: Target
    ) -> None:
        super().__init__(None, {"target": target})
        self.id = id_
        self._mux = mux
        self._window = window
        self._credit = credit
        self._owed = 0
        self._credited_at = 0.0
        self.queued = False
        self._eof_sent = False
        self.accepted: asyncio.Future[None] = mux.loop.create_future()

    def accept(self, protocol: asyncio.BaseProtocol) -> None:
        """Tell the opener that the far end is connected and start delivering to `protocol`."""
        self._protocol = protocol
        self._mux.say(frames.encode_number(Kind.ACCEPT, self.id, 0))
        # The stream was held until now; from here on only the protocol may hold it.
        self._reading = True
        protocol.connection_made(self)
        if self._reading:
            self._reading = False
            self.resume_reading()

    def reject(self, reason: str) -> None:
        """Tell the opener that there is nothing at the far end."""
        self._mux.say(frames.encode(Kind.RESET, self.id, reason.encode()))
        self._mux.forget(self)

    @override
    def abort(self) -> None:
        if not self._lost:
            self._mux.say(frames.encode(Kind.RESET, self.id, b"aborted"))
            self._mux.forget(self)
            self._mux.loop.call_soon(self._lose, None)

    # Called by the multiplexer

    def ready(self) -> bool:
        """Say whether there is a frame to send for this stream right now."""
        if self._out:
            return self._credit > 0
        return self._eof_out and not self._eof_sent

    def next_frame(self) -> bytes:
        """Return the next DATA or EOF frame; only after `ready()`."""
        if self._out:
            parts = self._take(min(frames.MAX_CHUNK, self._credit))
            frame = frames.encode_data(self.id, parts)
            self._credit -= len(frame) - frames.HEAD_SIZE
            return frame
        self._eof_sent = True
        if self._closing:
            self._mux.loop.call_soon(self._finish)
        return frames.encode(Kind.EOF, self.id)

    def add_credit(self, amount: int) -> None:
        """Let `amount` more bytes go."""
        self._credit += amount
        self._pending()

    def end(self, exc: Exception | None) -> None:
        """Tell the protocol the stream is gone."""
        if not self.accepted.done():
            self.accepted.set_exception(exc or StreamReset("closed"))
            self.accepted.exception()
        if self._protocol is not None:
            self._lose(exc)

    # QueuedTransport

    @override
    def _pending(self) -> None:
        if self.queued:
            return
        if self.ready():
            self.queued = True
            self._mux.enqueue(self)
        elif self._closing and self._eof_sent:
            self._mux.loop.call_soon(self._finish)

    @override
    def _consumed(self, size: int) -> None:
        self._owed += size
        if self._owed < self._window // 4:
            return
        owed, self._owed = self._owed, 0
        now = self._mux.loop.time()
        if now - self._credited_at < self._mux.rtt / 2 and self._window < MAX_WINDOW:
            owed += self._window
            self._window *= 2
        self._credited_at = now
        self._mux.say(frames.encode_number(Kind.CREDIT, self.id, owed))

    @override
    def _refuse(self) -> None:
        """Answer data for a closed stream with RESET, as TCP answers with RST."""
        self._mux.say(frames.encode(Kind.RESET, self.id, b"closed"))
        self._mux.forget(self)

    @override
    def feed_eof(self) -> None:
        super().feed_eof()
        if self._lost:
            self._mux.forget(self)

    def _finish(self) -> None:
        """Everything is written: the protocol is done, the id waits for the peer's EOF."""
        if self._eof_in:
            self._mux.forget(self)
        self._lose(None)


class Mux:
    """Both ends of a link run one; the side that dialled uses odd ids."""

    def __init__(
        self,
        *,
        dialled: bool,
        on_open: OnOpen,
        on_message: OnMessage | None = None,
        on_go_away: OnMessage | None = None,
        window: int = DEFAULT_WINDOW,
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[None] = self.loop.create_future()
        self._on_open = on_open
        self._on_message = on_message
        self._on_go_away = on_go_away
        self._window = window
        self._next_id = 1 if dialled else 2
        self.rtt = 0.0
        self._dialled = dialled
        self._streams: dict[int, MuxStream] = {}
        self._say: deque[bytes] = deque()
        self._fresh: deque[MuxStream] = deque()
        self._busy: deque[MuxStream] = deque()
        self._carrier: Carrier | None = None

    def __len__(self) -> int:
        return len(self._streams)

    async def open(
        self,
        target: Target,
        factory: Callable[[], asyncio.BaseProtocol],
        *,
        wait: bool = False,
        window: int | None = None,
    ) -> tuple[MuxStream, Any]:
        """Open a stream the way `loop.create_connection` opens a socket.

        Without `wait` the stream may be written to at once: the request travels in the same
        flight as OPEN, and a refused stream shows up as `connection_lost(StreamReset)`.
        """
        if self.lost.done():
            raise StreamReset("link is down")
        window = window or self._window
        stream = MuxStream(
            self, self._next_id, window=window, credit=self._window, target=target
        )
        self._next_id += 2
        self._streams[stream.id] = stream
        protocol = factory()
        stream.set_protocol(protocol)
        self.say(frames.encode_open(stream.id, window, target))
        protocol.connection_made(stream)
        if wait:
            try:
                await stream.accepted
            except asyncio.CancelledError:
                stream.abort()  # nobody has it
                raise
        return stream, protocol

    def send_message(self, body: dict[str, Any]) -> None:
        """Send a control message; these go before any stream data."""
        self.say(frames.encode_json(Kind.MESSAGE, body))

    def send_encoded(self, body: bytes) -> None:
        """Send a control message that is JSON already."""
        self.say(frames.encode(Kind.MESSAGE, 0, body))

    def hang_up(self) -> None:
        """Send what is queued, then close the link."""
        if self._carrier is not None:
            self._carrier.close()

    def say(self, frame: bytes) -> None:
        """Queue a frame that goes ahead of all stream data."""
        self._say.append(frame)
        if self._carrier is not None:
            self._carrier.wake()

    def enqueue(self, stream: MuxStream) -> None:
        """Take in a stream that had nothing to say until now."""
        self._fresh.append(stream)
        if self._carrier is not None:
            self._carrier.wake()

    def forget(self, stream: MuxStream) -> None:
        """Drop a stream from the table."""
        self._streams.pop(stream.id, None)

    def ping(self) -> None:
        """Measure the round trip; only the side that dialled does, the other is told."""
        self.say(
            frames.encode_ping(Kind.PING, time.monotonic_ns(), int(self.rtt * 1e6))
        )

    # Endpoint

    def attach(self, carrier: Carrier) -> None:
        """Start sending."""
        self._carrier = carrier
        if self._dialled:
            self.ping()
        carrier.wake()

    def next_message(self) -> bytes | None:
        """Choose what goes next: control frames, then sparse streams, then busy ones in turn.

        A stream that was idle (a keystroke, a request head) goes before streams that have
        been sending without a pause, once; then it is one of them. This is fq_codel's rule:
        interactive traffic needs no label.
        """
        if self._say:
            return self._say.popleft()
        while True:
            if self._fresh:
                stream = self._fresh.popleft()
            elif self._busy:
                stream = self._busy.popleft()
            else:
                return None
            if not stream.ready():
                stream.queued = False
                continue
            frame = stream.next_frame()
            if stream.ready():
                self._busy.append(stream)
            else:
                stream.queued = False
            return frame

    def message_received(self, message: bytes) -> None:
        """Act on one frame."""
        frame = frames.decode(message)
        if frame.kind == Kind.DATA:
            stream = self._streams.get(frame.stream)
            if stream is not None:
                stream.feed(frame.payload)
        elif frame.stream == 0:
            self._control(frame)
        elif frame.kind == Kind.OPEN:
            self._opened(frame)
        else:
            self._stream_frame(frame)

    def carrier_lost(self, exc: Exception | None) -> None:
        """End every stream."""
        if self.lost.done():
            return
        self.lost.set_result(None)
        streams = list(self._streams.values())
        self._streams.clear()
        for stream in streams:
            stream.end(exc or StreamReset("link lost"))

    def _control(self, frame: Frame) -> None:
        if frame.kind == Kind.PING:
            clock, rtt_us = frames.read_ping(frame.payload)
            self.rtt = rtt_us / 1e6
            self.say(frames.encode_ping(Kind.PONG, clock, 0))
            return
        if frame.kind == Kind.PONG:
            first = not self.rtt
            measured = (time.monotonic_ns() - frames.read_ping(frame.payload)[0]) / 1e9
            self.rtt = measured if first else min(self.rtt, measured)
            if first:
                self.ping()
            return
        body = json.loads(bytes(frame.payload))
        if frame.kind == Kind.GOAWAY and self._on_go_away is not None:
            self._on_go_away(body)
        elif frame.kind == Kind.MESSAGE and self._on_message is not None:
            self._on_message(body)

    def _opened(self, frame: Frame) -> None:
        if frame.stream in self._streams or frame.stream % 2 == self._next_id % 2:
            raise FrameError("stream id in use")
        credit, target = frames.read_open(frame.payload)
        stream = MuxStream(
            self, frame.stream, window=self._window, credit=credit, target=target
        )
        stream.pause_reading()
        self._streams[stream.id] = stream
        self._on_open(stream, target)

    def _stream_frame(self, frame: Frame) -> None:
        stream = self._streams.get(frame.stream)
        if stream is None:
            return
        if frame.kind == Kind.CREDIT:
            stream.add_credit(frames.read_number(frame.payload))
        elif frame.kind == Kind.EOF:
            stream.feed_eof()
        elif frame.kind == Kind.RESET:
            self.forget(stream)
            stream.end(StreamReset(bytes(frame.payload).decode(errors="replace")))
        elif frame.kind == Kind.ACCEPT:
            if not stream.accepted.done():
                stream.accepted.set_result(None)
        else:
            raise FrameError(f"unknown kind {frame.kind}")
