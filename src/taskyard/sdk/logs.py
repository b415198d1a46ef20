"""Follow a log that the server sends over a WebSocket, across lost connections."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TypeVar, cast

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from taskyard.kit.errors import TaskyardError
from taskyard.protocol.api.templates import ProvisionerJobLog
from taskyard.protocol.api.workspaces import WorkspaceAgentLog
from taskyard.sdk.connection import Connection
from taskyard.sdk.errors import ServerUnreachable, from_response

__all__ = ["follow"]

Line = TypeVar("Line", ProvisionerJobLog, WorkspaceAgentLog)


async def follow(
    connection: Connection, path: str, shape: type[Line], *, after: int = 0
) -> AsyncGenerator[Line]:
    """Lines from `after` on, as they are written, until the server says it is the end.

    Build logs come one object a message, agent logs as arrays; both are understood.
    """
    failures = 0
    while True:
        try:
            async with _opened(connection, path, after) as socket:
                async for message in socket:
                    failures = 0
                    for line in _lines(message, shape):
                        after = line.id
                        yield line
        except (ServerUnreachable, ConnectionClosed) as error:
            failures += 1
            if failures >= connection.retry.attempts:
                raise connection.unreachable(error) from error

            await connection.retry.pause(failures)
        else:
            return


def _lines(message: str | bytes, shape: type[Line]) -> list[Line]:
    parsed: object = json.loads(message)
    found = cast("list[object]", parsed) if isinstance(parsed, list) else [parsed]
    return [shape.model_validate(line) for line in found]


@asynccontextmanager
async def _opened(
    connection: Connection, path: str, after: int
) -> AsyncGenerator[ClientConnection]:
    """The open WebSocket; leaving it by iteration means a normal close (1000, 1001)."""
    base = connection.url.replace("http", "ws", 1)
    url = f"{base}/api/v2{path}?follow=true&after={after}"
    try:
        # No proxy: what is asked here is one's own server, as httpx is told to as well
        # by NO_PROXY; a proxy in between rarely lets WebSockets through.
        async with connect(
            url, additional_headers=connection.headers, proxy=None
        ) as socket:
            yield socket
    except InvalidStatus as error:
        raise _refusal(error, url) from error
    except OSError as error:
        raise connection.unreachable(error) from error


def _refusal(error: InvalidStatus, url: str) -> TaskyardError:
    response = httpx.Response(
        HTTPStatus(error.response.status_code),
        content=bytes(error.response.body or b""),
        request=httpx.Request("GET", url.split("?", 1)[0]),
    )
    return from_response(response)
