"""Open the WebSocket to the server."""

import ipaddress
import socket
from contextlib import suppress
from typing import Final, Literal, final
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from taskyard.kit.mux.carrier import Endpoint
from taskyard.kit.mux.pump import PumpCarrier
from taskyard.protocol.link import PATH, SUBPROTOCOL

__all__ = ["DialRefused", "WebSocketDialler"]

#: Largest message: an event batch is at most half of it.
MAX_MESSAGE: Final = 4 * 1024 * 1024
HEARTBEAT_SECONDS: Final = 20.0
_UNAUTHORIZED: Final = frozenset({401, 403, 410})


class DialRefused(Exception):
    """The server answered, but does not know this token."""


@final
class WebSocketDialler:
    """Dials `{url}/api/v2/runners/link` and serves an endpoint on it."""

    def __init__(self, *, url: str, token: str) -> None:
        parts = urlsplit(url.rstrip("/"))
        scheme = {"http": "ws", "https": "wss"}[parts.scheme]
        self._url = urlunsplit((scheme, parts.netloc, parts.path + PATH, "", ""))
        self._token = token
        # A proxy of the environment is for the world outside, not for a server on
        # this machine or its network.
        self._proxy: Literal[True] | None = (
            None if _is_local(parts.hostname or "") else True
        )

    async def serve(self, endpoint: Endpoint) -> None:
        """Connect and pump until the connection ends.

        Raises `DialRefused` for a bad token, `OSError` or `TimeoutError` or
        `InvalidHandshake` when there is no connection to be had.
        """
        try:
            socket_ = await connect(
                self._url,
                additional_headers={"Coder-Session-Token": self._token},
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                compression=None,
                max_size=MAX_MESSAGE,
                open_timeout=20,
                close_timeout=5,
                ping_interval=HEARTBEAT_SECONDS,
                ping_timeout=HEARTBEAT_SECONDS,
                proxy=self._proxy,
            )
        except InvalidStatus as exc:
            if exc.response.status_code in _UNAUTHORIZED:
                raise DialRefused(f"HTTP {exc.response.status_code}") from exc
            raise
        try:
            _no_delay(socket_)
            await _pump(socket_, endpoint)
        finally:
            await socket_.close()


async def _pump(connection: ClientConnection, endpoint: Endpoint) -> None:
    async def receive() -> bytes | None:
        with suppress(ConnectionClosed):
            return await connection.recv(decode=False)
        return None

    await PumpCarrier(endpoint, receive=receive, send=connection.send).run()


def _no_delay(connection: ClientConnection) -> None:
    """Small frames leave at once; asyncio sets this for sockets it dials, on most systems."""
    raw = connection.transport.get_extra_info("socket")
    if isinstance(raw, socket.socket):
        with suppress(OSError):
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _is_local(host: str) -> bool:
    if host == "localhost" or "." not in host:
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return address.is_loopback or address.is_private
