"""A small HTTP/1.1 server for one workspace's loopback, on h11 and asyncio streams.

A handler takes a `Request` and returns a `Response`; a body may be an async generator, then
it is streamed until it ends or the client is gone. No framework fits into the runner's
single file; h11 does the part that is easy to get wrong.
"""

import asyncio
import logging
import socket
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote

import h11

from taskyard.kit.supervisor import Supervisor

__all__ = ["Handler", "Request", "Response", "serve_on_loopback"]

log = logging.getLogger(__name__)

_HEAD_SECONDS: Final = 60.0
_BODY_SECONDS: Final = 120.0
_READ: Final = 64 * 1024
_CLIENT_GONE: Final = (ConnectionError, TimeoutError, h11.ProtocolError, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    method: str
    path: str  # decoded, without the query
    headers: Mapping[str, str]  # names in lower case; of a repeated one, the last
    body: bytes
    is_cut: bool = False  # the body was longer than the server keeps


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    status: HTTPStatus = HTTPStatus.OK
    headers: Sequence[tuple[str, str]] = ()
    body: bytes | AsyncGenerator[bytes] = field(default=b"")


Handler = Callable[[Request], Awaitable[Response]]


@asynccontextmanager
async def serve_on_loopback(
    handler: Handler, *, port: int, body_limit: int
) -> AsyncGenerator[asyncio.Server]:
    """Serve until the end of the block. Raises OSError when the port is taken.

    On IPv6 as well, where there is any: clients differ in what `localhost` means to them.
    Streams that are open end with the block: nobody waits for who reads them.
    """
    async with Supervisor() as supervisor:

        def connected(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            connection = _Connection(handler, reader, writer, body_limit)
            supervisor.start(connection.serve(), name="connection")

        hosts = ["127.0.0.1", "::1"] if port and _has_ipv6() else ["127.0.0.1"]
        server = await asyncio.start_server(connected, hosts, port)
        try:
            yield server
        finally:
            server.close()


def _has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


class _Connection:
    def __init__(
        self,
        handler: Handler,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        body_limit: int,
    ) -> None:
        self._handler = handler
        self._reader = reader
        self._writer = writer
        self._limit = body_limit
        self._is_head = False
        self._h11 = h11.Connection(h11.SERVER, max_incomplete_event_size=_READ)

    async def serve(self) -> None:
        """Answer one request after the other until either side has enough."""
        try:
            await self._converse()
        except _CLIENT_GONE:
            pass
        finally:
            self._writer.close()

    async def _converse(self) -> None:
        while True:
            try:
                async with asyncio.timeout(_HEAD_SECONDS):
                    head = await self._head()
                if head is None:
                    return
                async with asyncio.timeout(_BODY_SECONDS):
                    request = await self._request(head)
                response = await self._respond(request)
            except h11.RemoteProtocolError as exc:
                response = Response(
                    status=HTTPStatus(exc.error_status_hint),
                    headers=[("connection", "close")],
                )
            await self._answer(response)
            if self._h11.our_state is not h11.DONE or (
                self._h11.their_state is not h11.DONE
            ):
                return

            self._h11.start_next_cycle()

    async def _respond(self, request: Request) -> Response:
        try:
            return await self._handler(request)
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            return Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)

    async def _head(self) -> h11.Request | None:
        while True:
            event = self._h11.next_event()
            if isinstance(event, h11.Request):
                return event
            if event is h11.NEED_DATA:
                self._h11.receive_data(await self._reader.read(_READ))
            else:
                return None

    async def _request(self, head: h11.Request) -> Request:
        self._is_head = head.method == b"HEAD"
        parts = bytearray()
        is_cut = False
        while True:
            event = self._h11.next_event()
            if isinstance(event, h11.Data):
                # The rest is read and dropped: a client that still writes reads no answer.
                room = self._limit - len(parts)
                is_cut = is_cut or len(event.data) > room
                parts += event.data[:room]
            elif isinstance(event, h11.EndOfMessage):
                break
            elif event is h11.NEED_DATA:
                await self._more()
            else:
                raise ConnectionResetError
        return Request(
            method=head.method.decode("ascii"),
            path=_path(head.target.decode("latin-1")),
            headers={n.decode(): v.decode("latin-1") for n, v in head.headers},
            body=bytes(parts),
            is_cut=is_cut,
        )

    async def _more(self) -> None:
        if self._h11.they_are_waiting_for_100_continue:
            self._send(h11.InformationalResponse(status_code=100, headers=[]))
            await self._writer.drain()
        self._h11.receive_data(await self._reader.read(_READ))

    async def _answer(self, response: Response) -> None:
        headers = [(n.encode(), v.encode("latin-1")) for n, v in response.headers]
        if isinstance(response.body, bytes):
            headers.append((b"content-length", b"%d" % len(response.body)))
        status = response.status
        self._send(
            h11.Response(
                status_code=status.value, headers=headers, reason=status.phrase.encode()
            )
        )
        if isinstance(response.body, bytes):
            if response.body and not self._is_head:
                self._send(h11.Data(data=response.body))
        elif not self._is_head:
            await self._stream(response.body)
        self._send(h11.EndOfMessage())
        await self._writer.drain()

    async def _stream(self, body: AsyncGenerator[bytes]) -> None:
        """Send until the body ends, or until the client closes its side."""
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(self._send_all(body))
            watching = group.create_task(self._cancel_when_gone(sending))
            await asyncio.wait({sending})
            watching.cancel()
        with suppress(RuntimeError):
            await body.aclose()
        if sending.cancelled():
            raise ConnectionResetError

    async def _cancel_when_gone(self, sending: asyncio.Task[None]) -> None:
        await self._reader.read(1)
        sending.cancel()

    async def _send_all(self, body: AsyncGenerator[bytes]) -> None:
        async for part in body:
            self._send(h11.Data(data=part))
            await self._writer.drain()

    def _send(self, event: h11.Event) -> None:
        if data := self._h11.send(event):
            self._writer.write(data)


def _path(target: str) -> str:
    """Of a request's target; through a proxy it may begin with the server's address."""
    scheme, separator, address = target.partition("://")
    if separator and "/" not in scheme:
        target = "/" + address.partition("/")[2]
    return unquote(target.partition("?")[0])
