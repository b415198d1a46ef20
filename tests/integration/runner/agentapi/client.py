"""A client of AgentAPI that knows its contract, and nothing of us.

As strict as the published ones: it stops at an event it does not know and at a line over
128 KiB, and takes the body of every answer but 200 as the text of an error.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Final, NamedTuple, final

import httpx

__all__ = ["ApiError", "Client", "Event", "StreamBroken"]

OK: Final = 200
LONGEST_LINE: Final = 128 * 1024
KNOWN: Final = frozenset({"message_update", "status_change"})
PATIENCE_SECONDS: Final = 60


class ApiError(Exception):
    """An answer that is not 200; the text is its body."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class StreamBroken(Exception):
    """The stream holds what a published client cannot read."""


class Event(NamedTuple):
    name: str
    data: dict[str, Any]


@final
class Client:
    def __init__(self, url: str) -> None:
        self.http = httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS)

    async def close(self) -> None:
        await self.http.aclose()

    async def status(self) -> str:
        return str((await self._json("GET", "/status"))["status"])

    async def messages(self) -> list[dict[str, Any]]:
        return list((await self._json("GET", "/messages"))["messages"])

    async def send(self, content: str, kind: str = "user") -> None:
        body = {"content": content, "type": kind}
        assert (await self._json("POST", "/message", body))["ok"] is True

    async def events(self) -> AsyncGenerator[Event]:
        """Everything that was said, then every change. Raises `StreamBroken`."""
        async with self.http.stream("GET", "/events") as answer:
            if answer.status_code != OK:
                raise ApiError(answer.status_code, (await answer.aread()).decode())
            name = ""
            async for line in _lines(answer):
                if len(line) > LONGEST_LINE:
                    raise StreamBroken(f"a line of {len(line)} bytes")
                field, _, value = line.decode().partition(": ")
                if field == "event":
                    if value not in KNOWN:
                        raise StreamBroken(f"unknown event {value}")
                    name = value
                elif field == "data":
                    yield Event(name, json.loads(value))

    # -- waiting ----------------------------------------------------------------------

    async def until_status(self, status: str) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self._status_or_nothing() != status:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)

    async def until_said(self, words: str, *, by: str = "") -> list[dict[str, Any]]:
        """Wait until a message (of the role `by`) has these words; all messages."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                messages = await self.messages()
                if any(
                    words in m["content"] and by in ("", m["role"]) for m in messages
                ):
                    return messages
                await asyncio.sleep(0.05)

    async def turn(self, text: str) -> str:
        """One message, and the agent's last words to it."""
        await self.send(text)
        await self.until_status("stable")
        return str((await self.messages())[-1]["content"])

    async def _status_or_nothing(self) -> str:
        try:
            return await self.status()
        except httpx.TransportError:
            return ""

    async def _json(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        answer = await self.http.request(method, path, json=body)
        if answer.status_code != OK:
            raise ApiError(answer.status_code, answer.text)
        return dict(answer.json())


async def _lines(answer: httpx.Response) -> AsyncIterator[bytes]:
    """Ended by a line feed only: some readers know more line ends, which must not matter."""
    rest = b""
    async for part in answer.aiter_bytes():
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            yield line
