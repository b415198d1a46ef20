"""The demo model in the place of a vendor: the same routes, the same shapes."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import ClassVar, Final
from urllib.parse import unquote

from pydantic import ValidationError

from taskyard.server.gateway.demo import model
from taskyard.server.gateway.demo.listing import LISTINGS
from taskyard.server.gateway.demo.protocols.anthropic import MessagesRequest
from taskyard.server.gateway.demo.protocols.chat import ChatRequest
from taskyard.server.gateway.demo.protocols.gemini import GenerateRequest
from taskyard.server.gateway.demo.protocols.parts import (
    MODEL_ID,
    Request,
    count_tokens,
)
from taskyard.server.gateway.demo.protocols.responses import ResponsesRequest
from taskyard.server.gateway.dialects import Dialect
from taskyard.server.gateway.exchange import Header, Outgoing, Refused, Reply

__all__ = ["DemoModel"]

_MAX_BODY: Final = 8 * 1024 * 1024
_JSON: Final[list[Header]] = [(b"content-type", b"application/json")]
_EVENTS: Final[list[Header]] = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
]
#: What answers a POST to a path; of Gemini's, what stands behind the model's name.
_POSTS: Final[Mapping[str, Callable[[bytes], Request]]] = {
    "v1/messages": MessagesRequest.model_validate_json,
    "chat/completions": ChatRequest.model_validate_json,
    "responses": ResponsesRequest.model_validate_json,
    ":generateContent": GenerateRequest.model_validate_json,
    ":streamGenerateContent": GenerateRequest.model_validate_json,
}
_COUNTS: Final[Mapping[str, str]] = {
    "v1/messages/count_tokens": "input_tokens",
    ":countTokens": "totalTokens",
}


#: "models/NAME:verb", as Google's addresses end; what is left is ":verb".
_MODEL: Final = re.compile(r"v1(?:beta)?/models/[^:/]+(?=:)")
_STREAMING: Final = ":streamGenerateContent"


class DemoModel:
    """Answers at the pace of speech: `pause` between pieces of a streamed answer."""

    model: ClassVar = MODEL_ID

    def __init__(self, *, dialect: Dialect, pause: timedelta) -> None:
        self._dialect = dialect
        self._pause = pause.total_seconds()

    async def close(self) -> None:
        """Nothing is held open."""

    @asynccontextmanager
    async def open(self, request: Outgoing) -> AsyncGenerator[Reply]:
        path = _MODEL.sub("", unquote(request.path))
        if request.method == "POST" and path in _POSTS:
            yield self._reply(request, path)
        elif request.method == "POST" and path in _COUNTS:
            yield _document({_COUNTS[path]: count_tokens(len(request.body))})
        elif request.method == "GET" and path.endswith("models"):
            yield _document(LISTINGS[self._dialect.name])
        else:
            raise Refused(
                HTTPStatus.NOT_FOUND,
                "not_found_error",
                f"The demo model has no {request.method} /{request.path}.",
            )

    def _reply(self, request: Outgoing, path: str) -> Reply:
        asked = _read(_POSTS[path], request.body)
        answer = model.answer(asked.asked(), key_setting=self._dialect.key_setting)
        tokens = count_tokens(len(request.body))
        if path == _STREAMING and "alt=sse" not in request.query:
            # Without it, Google streams the elements of one JSON list.
            return _document(list(GenerateRequest.chunks(answer, tokens)))
        if path != _STREAMING and not asked.stream:
            return _document(asked.document(answer, tokens))
        events = self._paced(asked.events(answer, tokens))
        return Reply(status=200, headers=_EVENTS, chunks=events)

    async def _paced(self, events: Iterable[bytes]) -> AsyncIterator[bytes]:
        for event in events:
            yield event
            await asyncio.sleep(self._pause)


def _read(protocol: Callable[[bytes], Request], body: bytes) -> Request:
    if len(body) > _MAX_BODY:
        # Read on the event loop, so a limit of milliseconds.
        raise Refused(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "request_too_large",
            f"The demo model reads conversations up to {_MAX_BODY >> 20} MB.",
        )
    try:
        return protocol(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "body"
        raise Refused(
            HTTPStatus.BAD_REQUEST, "invalid_request_error", f"{where}: {first['msg']}"
        ) from error


def _document(document: object) -> Reply:
    return Reply(status=200, headers=_JSON, chunks=_once(json.dumps(document).encode()))


async def _once(chunk: bytes) -> AsyncIterator[bytes]:
    yield chunk
