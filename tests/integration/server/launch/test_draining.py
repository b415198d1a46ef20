"""What becomes of open requests when the server is stopped."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from taskyard.server.launch import http
from taskyard.server.launch.http import serving

pytestmark = pytest.mark.asyncio


class Slow:
    """Its answers wait; its streams begin, and go on for ever."""

    def __init__(self) -> None:
        self.began, self.may_end = asyncio.Event(), asyncio.Event()
        self.app = Starlette(
            routes=[
                Route("/slow", self.answer),
                Route("/events", self.stream),
                Route("/gateway/events", self.stream),
            ]
        )

    async def answer(self, _: Request) -> Response:
        self.began.set()
        await self.may_end.wait()
        return PlainTextResponse("done")

    async def stream(self, _: Request) -> Response:
        return StreamingResponse(self._events(), media_type="text/event-stream")

    async def _events(self) -> AsyncIterator[str]:
        yield "data: first\n\n"
        self.began.set()
        await asyncio.Event().wait()


async def _asked_while_it_stops(slow: Slow, path: str) -> httpx.Response:
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    url = f"http://{host}:{port}{path}"
    async with httpx.AsyncClient(timeout=20) as client, asyncio.TaskGroup() as tasks:
        async with serving(slow.app, listener):
            asked = tasks.create_task(client.get(url))
            await slow.began.wait()
            asyncio.get_running_loop().call_later(0.2, slow.may_end.set)
        return await asked


async def test_a_stream_ends_as_a_stream_does_and_at_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "_GRACE_SECONDS", 3600)

    answer = await _asked_while_it_stops(Slow(), "/events")

    assert answer.text == "data: first\n\n"
    assert _complaints(caplog) == []


async def test_a_request_in_progress_is_answered() -> None:
    answer = await _asked_while_it_stops(Slow(), "/slow")

    assert (answer.status_code, answer.text) == (200, "done")


async def test_a_request_that_takes_too_long_is_refused_without_a_complaint(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "_GRACE_SECONDS", 0.01)

    answer = await _asked_while_it_stops(Slow(), "/slow")

    assert answer.status_code == 503
    assert "being stopped" in answer.json()["message"]
    assert _complaints(caplog) == []


async def test_the_stream_of_a_model_has_time_to_end(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "_GRACE_SECONDS", 0.5)
    loop = asyncio.get_running_loop()

    began = loop.time()
    answer = await _asked_while_it_stops(Slow(), "/gateway/events")

    assert loop.time() - began >= 0.5
    assert answer.text == "data: first\n\n"
    assert _complaints(caplog) == []


def _complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
