"""Carry an endpoint over any WebSocket library whose receive and send are coroutines."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, final

from taskyard.kit.mux.carrier import Endpoint

__all__ = ["PumpCarrier"]

#: The next binary message, or None when the WebSocket is gone.
Receive = Callable[[], Awaitable[bytes | None]]
Send = Callable[[bytes], Awaitable[Any]]


@final
class PumpCarrier:
    """Pull messages from an endpoint into a WebSocket and push what arrives.

    `run` serves until either side is gone; it does not close the WebSocket itself, for
    only the caller knows how. Both directions share one task group, so a failure of one
    ends the other.
    """

    def __init__(self, endpoint: Endpoint, *, receive: Receive, send: Send) -> None:
        self._endpoint = endpoint
        self._receive = receive
        self._send = send
        self._wake = asyncio.Event()
        self._readable = asyncio.Event()
        self._readable.set()
        self._closing = False

    async def run(self) -> None:
        """Serve until the WebSocket is gone or the endpoint closed it. Never raises."""
        self._endpoint.attach(self)
        loop = asyncio.get_running_loop()
        reader = loop.create_task(self._read())
        writer = loop.create_task(self._write())
        try:
            await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            reader.cancel()
            writer.cancel()
            ended = await asyncio.gather(reader, writer, return_exceptions=True)
            failures = [exc for exc in ended if isinstance(exc, Exception)]
            self._endpoint.carrier_lost(failures[0] if failures else None)

    def wake(self) -> None:
        self._wake.set()

    def pause_reading(self) -> None:
        self._readable.clear()

    def resume_reading(self) -> None:
        self._readable.set()

    def close(self) -> None:
        self._closing = True
        self._wake.set()

    abort = close

    async def _read(self) -> None:
        while True:
            await self._readable.wait()
            message = await self._receive()
            if message is None:
                return

            self._endpoint.message_received(message)

    async def _write(self) -> None:
        while True:
            message = self._endpoint.next_message()
            if message is not None:
                await self._send(message)
            elif self._closing:
                return
            else:
                self._wake.clear()
                await self._wake.wait()
