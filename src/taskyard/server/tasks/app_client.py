"""Speak HTTP to an app inside a workspace, through its runner's link.

For agents that Taskyard does not drive: a template may bring an AgentAPI of its own.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final, cast
from urllib.parse import urlsplit

import h11

from taskyard.kit.clock import Clock
from taskyard.kit.mux.mux import StreamReset
from taskyard.protocol.api.tasks import TaskLog
from taskyard.server.runners.link import NotConnected, RunnerLink
from taskyard.server.runners.sanitise import clean_json, read_time
from taskyard.server.tasks.errors import (
    AgentNotReady,
    AppUnreachable,
    MessageRejected,
)

__all__ = ["AgentApi", "logs_of"]

#: AgentAPI answers a message only when its agent has begun to act on it (18 s at most).
_DEADLINE_SECONDS: Final = 25.0
_MAX_BODY: Final = 8 * 1024 * 1024
_OK: Final = 200


class StatusUnknown(AppUnreachable):
    """Failed to get status from task app."""


class AgentApi:
    """An AgentAPI at `url` (plain http) as seen from inside the workspace."""

    def __init__(self, link: RunnerLink, url: str) -> None:
        parts = urlsplit(url)
        self._link = link
        self._port = parts.port or 80
        self._host = parts.netloc
        self._base = parts.path.rstrip("/")

    async def send(self, text: str) -> None:
        """Raises AppUnreachable, StatusUnknown, AgentNotReady, MessageRejected."""
        code, body = await self._call("GET", "/status")
        status = body.get("status") if isinstance(body, dict) else None
        if code != _OK or not isinstance(status, str):
            raise StatusUnknown(detail=f"It answered {code}.")
        if status != "stable":
            raise AgentNotReady(status[:64])

        message = {"content": text, "type": "user"}
        code, body = await self._call("POST", "/message", message)
        if code != _OK:
            raise MessageRejected(detail=f"It answered {code}.")

    async def messages(self) -> list[Any]:
        """Raises AppUnreachable."""
        code, body = await self._call("GET", "/messages")
        messages = body.get("messages") if isinstance(body, dict) else None
        if code != _OK or not isinstance(messages, list):
            raise AppUnreachable(detail=f"It answered {code}.")
        return cast("list[Any]", clean_json(messages))

    async def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> tuple[int, dict[str, Any] | None]:
        """The status and the JSON object of the answer (None when it is something else)."""
        try:
            async with asyncio.timeout(_DEADLINE_SECONDS):
                code, data = await self._exchange(method, path, body)
        except TimeoutError as failure:
            raise AppUnreachable(detail="It did not answer in time.") from failure
        except (OSError, StreamReset, NotConnected, h11.ProtocolError) as failure:
            raise AppUnreachable(detail=str(failure)) from failure
        try:
            answer = json.loads(data)
        except (ValueError, RecursionError):
            return code, None
        if not isinstance(answer, dict):
            return code, None
        return code, cast("dict[str, Any]", answer)

    async def _exchange(
        self, method: str, path: str, body: Mapping[str, Any] | None
    ) -> tuple[int, bytes]:
        reader = asyncio.StreamReader(limit=_MAX_BODY)
        transport, _ = await self._link.open(
            {"service": "tcp", "port": self._port},
            lambda: asyncio.StreamReaderProtocol(reader),
            wait=True,
        )
        try:
            transport.write(_request(method, self._base + path, self._host, body))
            return await _response(reader)
        finally:
            transport.close()


def logs_of(messages: list[Any], clock: Clock) -> list[TaskLog]:
    """AgentAPI's messages in the contract's shape."""
    logs = list[TaskLog]()
    for number, message in enumerate(messages):
        if not isinstance(message, dict):
            continue
        fields = cast("dict[str, Any]", message)
        id_ = fields.get("id")
        logs.append(
            TaskLog(
                id=id_ if isinstance(id_, int) else number,
                content=str(fields.get("content", "")),
                type="input" if fields.get("role") == "user" else "output",
                time=read_time(str(fields.get("time", "")), now=clock.now()),
            )
        )
    return logs


def _request(
    method: str, path: str, host: str, body: Mapping[str, Any] | None
) -> bytes:
    content = json.dumps(body).encode() if body is not None else b""
    headers = [
        ("Host", host),
        ("Accept", "application/json"),
        ("Connection", "close"),
        ("Content-Length", str(len(content))),
    ]
    if content:
        headers.append(("Content-Type", "application/json"))
    connection = h11.Connection(h11.CLIENT)
    head = connection.send(h11.Request(method=method, target=path, headers=headers))
    return (head or b"") + content


async def _response(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The status and the body. Raises OSError, h11.ProtocolError."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "app")]))
    connection.send(h11.EndOfMessage())
    code, body = 0, b""
    while True:
        match connection.next_event():
            case h11.NEED_DATA:
                connection.receive_data(await reader.read(64 * 1024))
            case h11.Response() as response:
                code = response.status_code
            case h11.Data() as data:
                body += bytes(data.data)
            case h11.InformationalResponse():
                pass
            case _:
                return code, body
        if len(body) > _MAX_BODY:
            raise OSError("its answer is too large")
