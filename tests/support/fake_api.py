"""A server that answers as it is told to, on a real port: for tests of the clients.

It keeps what was asked, serves what a test put in, and can fail on purpose. It has no
rules of its own; what the real server does is tested with the real server.
"""

import asyncio
import socket
import threading
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel
from pydantic_core import to_json
from typing_extensions import override

from taskyard.protocol.api.common import ErrorBody

__all__ = ["Asked", "FakeApi", "frame", "refusal"]


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class FakeApi:
    url: str = ""
    answers: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    #: By path: what each connection to a stream of events sends before it is cut.
    streams: dict[str, list[bytes]] = field(default_factory=dict[str, list[bytes]])
    #: Keep streams of events open after their last byte, as a living server does.
    holds_streams: bool = False
    #: By path: the messages of a WebSocket.
    sockets: dict[str, list[bytes]] = field(default_factory=dict[str, list[bytes]])
    asked: list[Asked] = field(default_factory=list[Asked])
    was_asked: threading.Event = field(default_factory=threading.Event)
    streamed: threading.Event = field(default_factory=threading.Event)

    def on(self, call: str, *answers: object) -> None:
        """Answer `METHOD /path` below /api/v2: one after the other, the last one for ever.

        An answer is a model, a list of them, None (204) or a whole response.
        """
        self.answers[call] = list(answers)

    def bodies(self, call: str) -> list[bytes]:
        """What was sent to `METHOD /path`, in order."""
        return [
            each.body for each in self.asked if f"{each.method} {each.path}" == call
        ]

    @contextmanager
    def running(self) -> Generator[None]:
        server = _Server(
            uvicorn.Config(
                self._app(),
                host="127.0.0.1",
                port=0,
                log_level="critical",
                ws="websockets-sansio",
            )
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        assert server.ready.wait(10)
        host, port = server.servers[0].sockets[0].getsockname()
        self.url = f"http://{host}:{port}"
        try:
            yield
        finally:
            server.should_exit = True
            thread.join()

    def _app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route(
            "/api/v2/{path:path}",
            self._answer,
            methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        )
        app.add_api_websocket_route("/api/v2/{path:path}", self._socket)
        return app

    async def _answer(self, request: Request) -> Response:
        path = request.url.path.removeprefix("/api/v2")
        self.asked.append(
            Asked(
                request.method,
                path,
                dict(request.query_params),
                dict(request.headers),
                await request.body(),
            )
        )
        self.was_asked.set()
        if request.method == "GET" and self.streams.get(path):
            content = self.streams[path].pop(0)
            return StreamingResponse(
                self._stream(content), media_type="text/event-stream"
            )

        call = f"{request.method} {path}"
        answers = self.answers.get(call, [refusal(404, "not_found", f"No {call}.")])
        answer: object = answers.pop(0) if len(answers) > 1 else answers[0]
        return answer if isinstance(answer, Response) else _rendered(answer)

    async def _stream(self, content: bytes) -> AsyncGenerator[bytes]:
        yield content
        self.streamed.set()
        while self.holds_streams:
            await asyncio.sleep(0.01)
            yield b": still here\n\n"

    async def _socket(self, client: WebSocket) -> None:
        path = client.url.path.removeprefix("/api/v2")
        after = int(client.query_params.get("after", "0"))
        await client.accept()
        for number, message in enumerate(self.sockets.get(path, []), start=1):
            if number > after:
                await client.send_bytes(message)
        await client.close()


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def refusal(status: int, code: str, message: str, detail: str = "") -> Response:
    body = ErrorBody(message=message, detail=detail, code=code)
    return JSONResponse(body.model_dump(), status_code=status)


def frame(item: BaseModel, event: str = "") -> bytes:
    """One server-sent event."""
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {item.model_dump_json()}\n\n".encode()


def _rendered(answer: object) -> Response:
    if answer is None:
        return Response(status_code=204)
    return Response(to_json(answer), media_type="application/json")
