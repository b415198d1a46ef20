"""One WebSocket as one byte stream (no multiplexing)."""

from __future__ import annotations

import asyncio
from typing import Any

from typing_extensions import override

from taskyard.kit.mux.carrier import Carrier
from taskyard.kit.mux.transport import QueuedTransport

#: An empty message stands for "no more bytes from me".
EOF = b""
MAX_MESSAGE = 64 * 1024


class ByteStream(QueuedTransport):
    """An asyncio transport over a WebSocket; flow control is TCP's own."""

    def __init__(
        self, protocol: asyncio.BaseProtocol | None, extra: dict[str, Any] | None = None
    ) -> None:
        super().__init__(protocol, extra)
        self._carrier: Carrier | None = None
        self._eof_sent = False
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def start(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand the stream to a protocol that was not known when the socket opened."""
        self._protocol = protocol
        protocol.connection_made(self)
        self.resume_reading()

    @override
    def abort(self) -> None:
        if self._carrier is not None:
            self._carrier.abort()

    # Endpoint

    def attach(self, carrier: Carrier) -> None:
        """Start talking."""
        self._carrier = carrier
        if not self._reading:
            carrier.pause_reading()
        if self._protocol is not None:
            self._protocol.connection_made(self)
        self._pending()

    def next_message(self) -> bytes | None:
        """Everything written so far, up to one message."""
        if self._out:
            parts = self._take(MAX_MESSAGE)
            return bytes(parts[0]) if len(parts) == 1 else b"".join(parts)
        if self._eof_out and not self._eof_sent:
            self._eof_sent = True
            if self._closing and self._carrier is not None:
                self._carrier.close()
            return EOF
        return None

    def message_received(self, message: bytes) -> None:
        """Pass bytes on."""
        if message:
            self.feed(message)
        else:
            self.feed_eof()

    def carrier_lost(self, exc: Exception | None) -> None:
        """End."""
        if not self.lost.done():
            self.lost.set_result(None)
        if self._protocol is not None:
            self._lose(exc)

    # QueuedTransport

    @override
    def _pending(self) -> None:
        if self._carrier is None:
            return
        if self._closing and self._eof_sent:
            self._carrier.close()
        else:
            self._carrier.wake()

    @override
    def _flow(self) -> None:
        if self._carrier is None:
            return
        if self._reading:
            self._carrier.resume_reading()
        else:
            self._carrier.pause_reading()
